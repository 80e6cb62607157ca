/** A holder, and how many slots it could use. */
export interface Wish {
  readonly holder: string;
  readonly wants: number;
}

/**
 * The fair share of each: nobody gets more than he wants, and who gets less than he wants has as much as anybody. What
 * cannot be divided goes to who comes first by `rank`, the lowest. All who know the same come to the same shares.
 */
export function allot(
  slots: number,
  wishes: readonly Wish[],
  rank: (holder: string) => number,
): (holder: string) => number | undefined {
  const level = levelOf(slots, wishes);
  const shares = new Map(wishes.map(({ holder, wants }) => [holder, Math.min(wants, level)]));
  const hungry = wishes
    .filter(({ wants }) => wants > level)
    .map(({ holder }) => holder)
    .sort((one, other) => rank(one) - rank(other));
  const left = slots - [...shares.values()].reduce((sum, share) => sum + share, 0);
  for (const holder of hungry.slice(0, left)) shares.set(holder, level + 1);
  return (holder) => shares.get(holder);
}

/** The greatest number that everybody may have, as far as he wants so many. */
function levelOf(slots: number, wishes: readonly Wish[]): number {
  const wanted = wishes.map(({ wants }) => wants).sort((a, b) => a - b);
  let left = slots;
  for (const [index, wants] of wanted.entries()) {
    const level = Math.floor(left / (wanted.length - index));
    if (wants > level) return level;
    left -= wants;
  }
  return Number.MAX_SAFE_INTEGER;
}
