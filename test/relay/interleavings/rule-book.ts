/**
 * What WeChat allows, by its page on customer-service messages (客服消息: 下发额度), in a form that owes nothing to the
 * bridge: a visitor's act grants a number of sends until an end; grants do not add up; each act sets the count to the
 * greatest and the end to the latest of the grants that are valid. Times are milliseconds.
 */
export type Act = 'writes' | 'enters';

/** `separate`: the sends of entering end with their minute, beside those of a message. */
export type Merge = 'max' | 'separate';

export const grants = {
  writes: { sends: 5, lastsMs: 172_800_000, marginMs: 60_000 },
  enters: { sends: 2, lastsMs: 60_000, marginMs: 5000 },
} as const;

export interface RuleBook {
  /** `spent`: sends of this grant that were made before it became known. */
  acted(act: Act, times: { readonly at: number; readonly now: number; readonly spent?: number }): void;
  /** The visitor unfollowed: nothing reaches him until he acts again. */
  unfollowed(): void;
  /** WeChat's own word, whatever was counted: 45015 (window), 45047 (allowance). */
  refused(because: 'window' | 'allowance'): void;
  /** A send is being made; the returned function takes it back, unless the visitor has acted since. */
  spend(now: number): () => void;
  left(now: number): number;
  isOpen(now: number): boolean;
  /** When the sends that are left end. */
  endsAt(now: number): number;
  /** The size of the grant that these sends are left of. */
  granted(now: number): number;
  /** How often the visitor has acted. */
  readonly acts: number;
}

interface Purse {
  left: number;
  endsAt: number;
  granted: number;
}

/** `careful`: as the bridge is to count, with a margin before each end. Else as WeChat itself counts. */
export function openRuleBook(merge: Merge, { careful }: { readonly careful: boolean }): RuleBook {
  const long: Purse = { left: 0, endsAt: 0, granted: 0 };
  const brief: Purse = { left: 0, endsAt: 0, granted: 0 };
  let acts = 0;
  const leftOf = (purse: Purse, now: number) => (purse.endsAt > now ? purse.left : 0);
  const purseAt = (now: number) => (leftOf(brief, now) > 0 ? brief : long);
  return {
    acted(act, { at, now, spent = 0 }) {
      const { sends, lastsMs, marginMs } = grants[act];
      const purse = merge === 'separate' && act === 'enters' ? brief : long;
      const valid = leftOf(purse, now);
      const fresh = Math.max(0, sends - spent);
      // An act that brings no more than there is takes nothing from what is kept for people.
      if (fresh > valid) purse.granted = sends;
      purse.left = Math.max(valid, fresh);
      purse.endsAt = Math.max(purse.endsAt, at + lastsMs - (careful ? marginMs : 0));
      acts += 1;
    },
    unfollowed() {
      empty([long, brief], 'window');
      acts += 1;
    },
    refused: (because) => empty([long, brief], because),
    spend(now) {
      const purse = purseAt(now);
      const actsBefore = acts;
      purse.left -= 1;
      return () => {
        if (acts === actsBefore) purse.left += 1;
      };
    },
    left: (now) => leftOf(long, now) + leftOf(brief, now),
    isOpen: (now) => long.endsAt > now || brief.endsAt > now,
    endsAt: (now) => (leftOf(long, now) > 0 || leftOf(brief, now) === 0 ? long : brief).endsAt,
    granted: (now) => (leftOf(long, now) > 0 || leftOf(brief, now) === 0 ? long : brief).granted,
    get acts() {
      return acts;
    },
  };
}

function empty(purses: readonly Purse[], because: 'window' | 'allowance'): void {
  for (const purse of purses)
    Object.assign(purse, because === 'window' ? { left: 0, endsAt: 0 } : { left: 0 });
}
