/** The time of the sandbox and of the vendors in it: the machine's, moved on by what somebody asked for. */
export interface Time {
  now(): number;
  readonly movedMs: number;
  move(ms: number): void;
}

export function openTime(): Time {
  let movedMs = 0;
  return {
    now: () => Date.now() + movedMs,
    get movedMs() {
      return movedMs;
    },
    move(ms) {
      movedMs += ms;
    },
  };
}

/** What the page's buttons move the time by. */
export const leaps = { minute: 60_000, hour: 3_600_000, twoDays: 172_800_000 } as const;
export type LeapName = keyof typeof leaps;
export const leapNames = Object.keys(leaps) as readonly LeapName[]; // a record's keys are its type's
