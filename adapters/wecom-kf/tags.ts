/** No characters that are taken for one another. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** How many tags have two, three and four characters, and a step that meets each of them before it comes back. */
const sizes = [
  { length: 2, count: 900, step: 487 },
  { length: 3, count: 27_000, step: 16_381 },
  { length: 4, count: 810_000, step: 481_001 },
] as const;

/** All tags there are; then they begin anew. */
export const tagCount = 837_900;

/** The tag of a number: no two numbers below {@link tagCount} have the same, and neighbours look unlike. Pure. */
export function tagOf(number: number): string {
  let rest = number % tagCount;
  for (const { length, count, step } of sizes) {
    if (rest < count) return spell((rest * step) % count, length);
    rest -= count;
  }
  return '';
}

function spell(place: number, length: number): string {
  let rest = place;
  let text = '';
  for (let at = 0; at < length; at += 1) {
    text = `${alphabet[rest % alphabet.length] ?? ''}${text}`;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
