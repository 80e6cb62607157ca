import { describe, expect, test } from 'vitest';
import { type ArrivedMark, reckon, takeApart, type WrittenMark } from '../../sandbox/ledger.ts';

const written = (look: string, at: number, more: Partial<WrittenMark> = {}): WrittenMark => ({
  look,
  at,
  takenAt: at + 1,
  isLost: false,
  ...more,
});
const arrived = (look: string, at: number): ArrivedMark => ({ looks: [look], at, isDeed: false });

describe('the ledger', () => {
  test('counts what arrived, and what is still under way', () => {
    const ledger = reckon([written('a', 0), written('b', 10)], [arrived('a', 5)]);
    expect(ledger).toMatchObject({ written: 2, arrived: 1, underWay: 1, twice: 0, outOfOrder: 0 });
  });

  test('the same words written twice are two messages', () => {
    const ledger = reckon([written('a', 0), written('a', 10)], [arrived('a', 5), arrived('a', 15)]);
    expect(ledger).toMatchObject({ arrived: 2, twice: 0 });
  });

  test('a message that arrives again is counted as twice', () => {
    expect(reckon([written('a', 0)], [arrived('a', 5), arrived('a', 6)])).toMatchObject({
      arrived: 1,
      twice: 1,
    });
  });

  test('what nobody wrote is nobody’s: a greeting, and the same words before they were written', () => {
    const ledger = reckon([written('hello', 10)], [arrived('hello', 5), arrived('welcome', 6)]);
    expect(ledger).toMatchObject({ written: 1, arrived: 0, underWay: 1, twice: 0 });
  });

  test('a message overtaken by one that was written after it was acknowledged is out of order', () => {
    const both = [written('a', 0), written('b', 10)];
    expect(reckon(both, [arrived('b', 20), arrived('a', 21)]).outOfOrder).toBe(1);
    expect(reckon(both, [arrived('a', 20), arrived('b', 21)]).outOfOrder).toBe(0);
  });

  test('two messages that were acknowledged side by side have no order', () => {
    const both = [written('a', 0, { takenAt: 30 }), written('b', 10)];
    expect(reckon(both, [arrived('b', 20), arrived('a', 40)]).outOfOrder).toBe(0);
  });

  test('what the caller gave up before the bridge had it is told apart, unless it arrived after all', () => {
    const given = [written('a', 0, { isLost: true }), written('b', 1, { isLost: true })];
    expect(reckon(given, [arrived('b', 5)])).toMatchObject({ neverTaken: 1, arrived: 1, underWay: 0 });
  });

  test('a rating is what its digit came to, and no message that came twice', () => {
    const rated: ArrivedMark = { looks: ['1', '满意'], at: 5, isDeed: true };
    expect(reckon([written('1', 0)], [rated, { ...rated, at: 6 }])).toMatchObject({ arrived: 1, twice: 0 });
  });
});

describe('lines that arrive together', () => {
  const looksIn = (text: string, ...lines: readonly string[]) =>
    takeApart(
      arrived(text, 50),
      lines.map((line, place) => written(line, place)),
    ).flatMap(({ looks }) => looks);

  test('are as many messages as were written', () => {
    expect(looksIn('a\nb\na', 'a', 'b', 'a')).toEqual(['a', 'b', 'a']);
    const lines = [written('a', 0), written('b', 10), written('c', 20)];
    const seen = takeApart(arrived('a\nb', 30), lines);
    expect(reckon(lines, seen)).toMatchObject({ arrived: 2, underWay: 1, twice: 0, outOfOrder: 0 });
  });

  test('are in the order in which they stand', () => {
    const lines = [written('a', 0), written('b', 10)];
    expect(reckon(lines, takeApart(arrived('b\na', 30), lines))).toMatchObject({ arrived: 2, outOfOrder: 1 });
  });

  test('that come again are each there twice', () => {
    const lines = [written('a', 0), written('b', 10)];
    const seen = [30, 40].flatMap((at) => takeApart(arrived('a\nb', at), lines));
    expect(reckon(lines, seen)).toMatchObject({ arrived: 2, twice: 2 });
  });

  test('may be lines of one message, and may stand beside what nobody wrote', () => {
    expect(looksIn('welcome\na\nb\nc', 'a\nb', 'c')).toEqual(['welcome', 'a\nb', 'c']);
    expect(looksIn('a\n\nb', 'a\n\nb', 'b')).toEqual(['a\n\nb']);
  });

  test('are left as they are where they tell of a deed', () => {
    const deed: ArrivedMark = { looks: ['1\n2'], at: 5, isDeed: true };
    expect(takeApart(deed, [written('1', 0)])).toEqual([deed]);
  });
});
