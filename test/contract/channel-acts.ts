import { describe, expect, test } from 'vitest';
import { type ChannelPlace, withChannel } from './channel.ts';

export function describeActs(place: ChannelPlace): void {
  describe('what a visitor wrote', () => {
    test('is his, has his words, and opens what waits for him', () =>
      withChannel(place, async (bench) => {
        const acts = await bench.pushOf(await bench.visitorSays('在吗'));
        expect(acts.at(-1)).toMatchObject({
          kind: 'visitor',
          visitor: bench.visitor,
          parts: [{ kind: 'text', text: '在吗' }],
          opens: true,
        });
        expect(acts.at(-1)?.isPast).toBeUndefined();
        expect(acts.at(-1)?.from).toBeUndefined();
      }));

    test('allows sends until a moment to come', () =>
      withChannel(place, async (bench) => {
        const [act] = (await bench.pushOf(await bench.visitorSays('在吗'))).slice(-1);
        expect(act?.grant?.sends).toBeGreaterThan(0);
        expect(act?.grant?.endsAt).toBeGreaterThan(bench.now());
        expect(Math.abs((act?.writtenAt ?? 0) - bench.now())).toBeLessThan(60_000);
      }));

    test('has the same key when it comes again, and another than all else', () =>
      withChannel(place, async (bench) => {
        const one = await bench.visitorSays('一');
        const other = await bench.visitorSays('二');
        const keys = async () =>
          [...(await bench.pushOf(one)), ...(await bench.pushOf(other))].map(({ key }) => key);
        const first = await keys();
        expect(await keys()).toEqual(first);
        expect(new Set(first).size).toBeGreaterThanOrEqual(2);
      }));
  });

  test('the rules for sends make sense', () =>
    withChannel(place, async ({ channel }) => {
      const { joinWaitMs, joinWaitMaxMs, reserveForHuman, textMaxBytes, holdTtlMs } = channel.rules;
      expect(joinWaitMs.length).toBeGreaterThan(0);
      expect(Math.max(...joinWaitMs)).toBeLessThanOrEqual(joinWaitMaxMs);
      expect(reserveForHuman).toBeGreaterThanOrEqual(0);
      expect(textMaxBytes).toBeGreaterThanOrEqual(64);
      expect(holdTtlMs).toBeGreaterThan(0);
      expect(channel.appid).not.toBe('');
      expect(channel.kind).not.toBe('');
    }));

  describe('what is fetched', () => {
    test('is given from where the last page ended, and nothing is given twice', () =>
      withChannel(place, async (bench) => {
        const { puller } = bench.channel;
        if (!puller) return;
        const { signal } = new AbortController();
        await bench.visitorSays('一');
        const first = await puller.pull({ cursor: null }, signal);
        if (first.outcome !== 'page') throw new Error(`expected a page, got ${first.code}`);
        expect(first.acts.length).toBeGreaterThan(0);
        expect(first.againAfterMs).toBeGreaterThan(0);
        const empty = await puller.pull({ cursor: first.cursor }, signal);
        expect(empty).toMatchObject({ outcome: 'page', acts: [] });
        await bench.visitorSays('二');
        const second = await puller.pull({ cursor: first.cursor }, signal);
        expect(second).toMatchObject({
          acts: [{ reading: { parts: [{ text: '二' }] }, raw: expect.stringContaining('二') }],
        });
        expect(await puller.pull({ cursor: first.cursor }, signal)).toEqual(second);
      }));

    test.each(['losesAnswers', 'unreachable', 'babbles', 'unavailable', 'busy'] as const)(
      'comes later where the platform %s',
      (how) =>
        withChannel(place, async (bench) => {
          const { puller } = bench.channel;
          if (!puller) return;
          await bench.behave(how);
          const page = await puller.pull({ cursor: null }, new AbortController().signal);
          expect(page).toMatchObject({ outcome: 'later', code: expect.any(String) });
        }),
    );
  });
}
