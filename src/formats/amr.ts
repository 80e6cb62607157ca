/**
 * How long an AMR recording plays: its frames of 20 ms are counted (RFC 4867, section 5). `undefined` for anything that
 * is no AMR. Pure; never throws.
 */
export function readAmrDurationMs(bytes: Uint8Array): number | undefined {
  const header = Buffer.from(bytes.subarray(0, magic.length)).toString('latin1');
  if (header !== magic) return undefined;
  let frames = 0;
  for (let at = magic.length; at < bytes.length; frames++) {
    const mode = ((bytes[at] ?? 0) >> 3) & 0x0f;
    at += frameBytes[mode] ?? 1;
  }
  return frames === 0 ? undefined : frames * 20;
}

/** A guess from the size, for recordings of another kind: AMR at 12.2 kbit/s has 32 bytes in 20 ms. Never 0. */
export function guessDurationMs(bytes: number): number {
  return Math.max(1000, Math.round((bytes / 32) * 20));
}

const magic = '#!AMR\n';
/** By mode, with the byte that names it. */
const frameBytes: readonly number[] = [13, 14, 16, 18, 20, 21, 27, 32, 6];
