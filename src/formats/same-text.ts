import { timingSafeEqual } from 'node:crypto';

/** Takes the same time wherever two texts of one length differ. */
export function isSameText(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left);
  const rightBytes = Buffer.from(right);
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
