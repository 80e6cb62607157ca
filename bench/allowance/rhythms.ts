/** Agents' lines after one act of a visitor: when each is written, milliseconds after the first. */
export type Burst = readonly number[];

/** 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Rhythm {
  readonly name: string;
  readonly burst: (random: () => number) => Burst;
}

const mostLines = 12;

function pausesOf(lines: number, random: () => number): Burst {
  const times = [0];
  while (times.length < lines) times.push((times.at(-1) ?? 0) + 1000 + random() * 14_000);
  return times;
}

/** Bursts of geometric length (mean 2.5, at most 12). */
export const rhythmA: Rhythm = {
  name: 'A: geometric, mean 2.5',
  burst(random) {
    let lines = 1;
    while (lines < mostLines && random() < 0.6) lines += 1;
    return pausesOf(lines, random);
  },
};

/** Bursts of any length from 1 to 12. */
export const rhythmB: Rhythm = {
  name: 'B: uniform, 1 to 12',
  burst: (random) => pausesOf(1 + Math.floor(random() * mostLines), random),
};
