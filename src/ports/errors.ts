/** Every code a thrown {@link BridgeError} can carry, with what it tells. */
export const errorCodes = {
  configInvalid: 'the configuration has faults',
  storeLocked: 'another process has this store open',
  storeUnavailable: 'the store cannot take anything now',
  stepMissed: 'a step of a batch touched another number of rows than it expects; the batch was undone',
  callFailed: 'a call to the outside did not give what was asked for',
  bug: 'the bridge contradicts itself',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * What should never happen, or what ends the program. What an outside system may well say is a value, not an error.
 * Messages hold ids only: never a URL with a token, a payload or a visitor's words.
 */
export class BridgeError extends Error {
  readonly code: ErrorCode;
  /** Whether the text may be shown to a caller over HTTP. */
  readonly expose: boolean;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; expose?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BridgeError';
    this.code = code;
    this.expose = options.expose ?? false;
  }
}

/** A batch was undone because step number `step` (from 0) touched another number of rows than it expects. */
export class StepMissed extends BridgeError {
  readonly step: number;

  constructor(step: number) {
    super('stepMissed', `expected step ${step} of the batch to touch its rows, got another number`);
    this.name = 'StepMissed';
    this.step = step;
  }
}

/** A call of the channel's API came to nothing: `reason` is the platform's error code, or what kind of failure it was. */
export class CallFailed extends BridgeError {
  readonly reason: string;

  constructor(path: string, reason: string) {
    super('callFailed', `expected an answer of ${path}, got ${reason}`);
    this.name = 'CallFailed';
    this.reason = reason;
  }
}

/** The value was loaded a moment ago and may not be loaded again for `waitMs`. */
export class TooSoon extends BridgeError {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super('callFailed', `expected to wait ${waitMs} ms before the next load`);
    this.name = 'TooSoon';
    this.waitMs = waitMs;
  }
}
