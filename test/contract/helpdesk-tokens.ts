import { describe, expect, test } from 'vitest';
import { carry, type TokenBench, text, withBench } from './helpdesk.ts';

export function describeTokens(open: () => Promise<TokenBench>): void {
  describe('the token', () => {
    test('is loaded once, however many calls need it', () =>
      withBench(open, async (bench) => {
        const keys = Array.from({ length: 10 }, (_, index) => `m_${index}`);
        const carried = await Promise.all(keys.map((key) => carry(bench, text(key), { key })));
        expect(carried.map(({ outcome }) => outcome)).toEqual(keys.map(() => 'accepted'));
        expect(bench.tokens()).toBe(1);
      }));

    test('that is refused is replaced once, and the call repeated once', () =>
      withBench(open, async (bench) => {
        await carry(bench, text('一'));
        bench.revokeToken();
        expect((await carry(bench, text('二'), { key: 'm_2' })).outcome).toBe('accepted');
        expect(bench.tokens()).toBe(2);
        expect(bench.received()).toEqual(['一', '二']);
      }));

    test('that is refused for many calls at once is replaced once', () =>
      withBench(open, async (bench) => {
        await carry(bench, text('一'));
        bench.revokeToken();
        const keys = Array.from({ length: 10 }, (_, index) => `m_${index + 2}`);
        const carried = await Promise.all(keys.map((key) => carry(bench, text(key), { key })));
        expect(carried.map(({ outcome }) => outcome)).toEqual(keys.map(() => 'accepted'));
        expect(bench.tokens()).toBe(2);
        expect(bench.received().toSorted()).toEqual(['一', ...keys].toSorted());
      }));

    test.each(['unreachable', 'unavailable', 'busy', 'babbles', 'losesAnswers'] as const)(
      'that cannot be had (%s) leaves a message unsent, and nothing about it unknown',
      (how) =>
        withBench(open, async (bench) => {
          await bench.behave(how);
          expect(await carry(bench, text('一'))).toMatchObject({ outcome: 'later', because: 'vendor' });
          await bench.behave('works');
          expect((await carry(bench, text('一'), { number: 2 })).outcome).toBe('accepted');
          expect(bench.received()).toEqual(['一']);
        }),
    );
  });
}
