import { describe, expect, test } from 'vitest';
import { type Merge, openRuleBook, type RuleBook } from './rule-book.ts';

const start = 1_700_000_000_000;
const minute = 60_000;
const twoDays = 172_800_000;

function open(merge: Merge = 'max', careful = false): RuleBook {
  return openRuleBook(merge, { careful });
}

function spend(book: RuleBook, sends: number, now = start): void {
  for (let made = 0; made < sends; made += 1) book.spend(now);
}

describe('the rule book', () => {
  test('allows nothing before the visitor has acted', () => {
    expect(open().left(start)).toBe(0);
    expect(open().isOpen(start)).toBe(false);
  });

  test('gives five for a message, for two days from when it was written', () => {
    const book = open();
    book.acted('writes', { at: start, now: start + 15_000 });
    expect(book.left(start + twoDays - 1)).toBe(5);
    expect(book.left(start + twoDays)).toBe(0);
  });

  test('adds nothing up: after three of five a new message gives five again', () => {
    const book = open();
    book.acted('writes', { at: start, now: start });
    spend(book, 3);
    book.acted('writes', { at: start, now: start });
    expect(book.left(start)).toBe(5);
  });

  test('gives two for a minute to a visitor who comes in, and two where five are used up', () => {
    const book = open();
    book.acted('enters', { at: start, now: start });
    expect([book.left(start + minute - 1), book.left(start + minute)]).toEqual([2, 0]);
    book.acted('writes', { at: start + minute, now: start + minute });
    spend(book, 5, start + minute);
    book.acted('enters', { at: start + 2 * minute, now: start + 2 * minute });
    expect(book.left(start + 2 * minute)).toBe(2);
    // The latest end is that of the message.
    expect(book.left(start + 10 * minute)).toBe(2);
  });

  test('lets the two of coming in end with their minute, where grants are apart', () => {
    const book = open('separate');
    book.acted('writes', { at: start, now: start });
    book.acted('enters', { at: start, now: start });
    expect(book.left(start)).toBe(7);
    spend(book, 1);
    expect([book.left(start), book.left(start + minute)]).toEqual([6, 5]);
  });

  test('ends a little sooner for whoever is careful: a minute by five seconds, two days by a minute', () => {
    const book = open('separate', true);
    book.acted('enters', { at: start, now: start });
    expect([book.left(start + 54_999), book.left(start + 55_000)]).toEqual([2, 0]);
    book.acted('writes', { at: start, now: start });
    expect([book.left(start + twoDays - minute - 1), book.left(start + twoDays - minute)]).toEqual([5, 0]);
  });

  test('takes a send back, unless the visitor has acted since', () => {
    const book = open();
    book.acted('writes', { at: start, now: start });
    const [first, second] = [book.spend(start), book.spend(start)];
    first();
    expect(book.left(start)).toBe(4);
    book.acted('writes', { at: start, now: start });
    second();
    expect(book.left(start)).toBe(5);
  });

  test('keeps the measure of people’s sends when an act brings no more than there is', () => {
    const book = open();
    book.acted('writes', { at: start, now: start });
    spend(book, 3);
    book.acted('enters', { at: start, now: start });
    expect([book.left(start), book.granted(start)]).toEqual([2, 5]);
    spend(book, 1);
    book.acted('enters', { at: start, now: start });
    expect([book.left(start), book.granted(start)]).toEqual([2, 2]);
  });

  test('is what WeChat says: 45047 leaves the window open, 45015 and unfollowing close it', () => {
    const book = open();
    book.acted('writes', { at: start, now: start });
    book.refused('allowance');
    expect([book.left(start), book.isOpen(start)]).toEqual([0, true]);
    book.refused('window');
    expect(book.isOpen(start)).toBe(false);
    book.acted('writes', { at: start, now: start });
    book.unfollowed();
    expect(book.isOpen(start)).toBe(false);
  });
});
