import type { Direction } from '../src/model/message.ts';
import type { Arrival, Saying } from './judge.ts';

/** Texts that carry their own place, so that it is read from whatever the other side is given. */
export function writeWords({ direction, number }: Pick<Saying, 'direction' | 'number'>): string {
  return direction === 'forward' ? `问${number}。还有货吗？` : `答${number}。您好，有货的。`;
}

/** What a text at the other side holds: one saying, or several that were joined into one send; none in a notice. */
export function readWords(
  text: string,
  of: { readonly direction: Direction; readonly visitor: string; readonly at: number },
): readonly Arrival[] {
  const mark = of.direction === 'forward' ? /问(\d+)。/g : /答(\d+)。/g;
  return [...text.matchAll(mark)].map(([, number]) => ({ ...of, number: Number(number) }));
}
