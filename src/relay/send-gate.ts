import PQueue from 'p-queue';

/** Where all sends of one account pass: paced by a sliding minute, and stopped while WeChat takes nothing. */
export interface SendGate {
  /** Milliseconds since 1970; in the past while nothing is stopped. */
  readonly pausedUntil: number;
  /** Nothing of this account passes until then. */
  pauseUntil(time: number): void;
  /** Runs `send` when the pace allows; rejects where the signal comes before. */
  pass<Result>(send: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** WeChat counts by the minute and publishes no figure: a limit of one's own below it avoids 45011. */
export function createSendGate(perMinute: number): SendGate {
  const queue = new PQueue({ intervalCap: perMinute, interval: 60_000, strict: true });
  let pausedUntil = 0;
  return {
    get pausedUntil() {
      return pausedUntil;
    },
    pauseUntil(time) {
      pausedUntil = Math.max(pausedUntil, time);
    },
    pass: (send, signal) => queue.add(send, { signal }),
  };
}
