import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Part } from '../../src/model/message.ts';
import { type ChannelPlace, replyOf, sendAll, text, withChannel } from './channel.ts';

const WORDS = 'wo-de-mima-shi-8471';

export function describeSends(place: ChannelPlace): void {
  describe('a reply', () => {
    test('reaches the visitor as it is', () =>
      withChannel(place, async (bench) => {
        expect(await sendAll(bench, text('您好，有货的'))).toMatchObject({ outcome: 'accepted' });
        expect(bench.received()).toEqual(['您好，有货的']);
      }));

    test('is one text where its parts are texts, in order', () =>
      withChannel(place, async (bench) => {
        await sendAll(bench, [...text('一'), ...text('二')]);
        expect(bench.received()).toEqual(['一\n二']);
      }));

    test('that is too long goes in pieces, whole and in order', () =>
      withChannel(place, async (bench) => {
        const { textMaxBytes } = bench.channel.rules;
        const words = '长'.repeat(textMaxBytes);
        expect(await sendAll(bench, text(words))).toMatchObject({ outcome: 'accepted' });
        expect(bench.received().join('')).toBe(words);
        for (const piece of bench.received()) {
          expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(textMaxBytes);
        }
      }));

    test('that is too long for the sends that are left leads to the whole', () =>
      withChannel(place, async (bench) => {
        const words = '长'.repeat(bench.channel.rules.textMaxBytes * 3);
        const keepText = async () => 'https://bridge.example/media/whole';
        expect(await sendAll(bench, text(words), { sends: 1, keepText })).toMatchObject({
          outcome: 'accepted',
        });
        expect(bench.received()).toHaveLength(1);
        expect(bench.received()[0]).toContain('https://bridge.example/media/whole');
      }));

    test.each<[string, readonly Part[]]>([
      ['nothing', []],
      ['blanks', text(' \n')],
      ['an event', [{ kind: 'event', name: 'typing' }]],
    ])('of %s is refused without a call', (_what, parts) =>
      withChannel(place, async (bench) => {
        const before = bench.calls();
        expect(await sendAll(bench, parts)).toEqual({ outcome: 'refused', code: 'empty' });
        expect(bench.calls()).toBe(before);
      }),
    );

    test.each(['unreachable', 'unavailable', 'busy'] as const)(
      'that is put off (%s) comes later, and once when it comes again',
      (how) =>
        withChannel(place, async (bench) => {
          await bench.behave(how);
          for (const number of [1, 2]) {
            expect(['later', 'pause']).toContain((await sendAll(bench, text(WORDS), { number })).outcome);
          }
          expect(bench.received()).toEqual([]);
          await bench.behave('works');
          expect((await sendAll(bench, text(WORDS), { number: 3 })).outcome).toBe('accepted');
          expect(bench.received()).toEqual([WORDS]);
        }),
    );

    test('whose answer is lost may have arrived', () =>
      withChannel(place, async (bench) => {
        await sendAll(bench, text('先有令牌'));
        await bench.behave('losesAnswers');
        expect((await sendAll(bench, text(WORDS), { key: other })).outcome).toBe('unknown');
        await bench.behave('works');
        if (!place.settles) return;
        const again = await sendAll(bench, text(WORDS), { key: other, number: 2, wasLost: true });
        expect(again.outcome).toBe('accepted');
        expect(bench.received().filter((words) => words === WORDS)).toHaveLength(1);
      }));

    test('is not made once it is called off', () =>
      withChannel(place, async (bench) => {
        const outcome = await sendAll(bench, text(WORDS), { signal: AbortSignal.abort() });
        expect(['later', 'pause']).toContain(outcome.outcome);
        expect(bench.received()).toEqual([]);
      }));

    test('ends when it is called off', () =>
      withChannel(place, async (bench) => {
        // What it needs for each call it has by now: a token is fetched for all who send, and nobody calls that off.
        await sendAll(bench, text(WORDS));
        await bench.behave('hangs');
        const control = new AbortController();
        const sent = sendAll(bench, text(WORDS), { signal: control.signal });
        control.abort();
        expect(['later', 'pause', 'unknown']).toContain((await sent).outcome);
      }));

    test('leaves no word and no secret in the log', () =>
      withChannel(place, async (bench) => {
        for (const how of ['works', 'babbles', 'unavailable', 'losesAnswers'] as const) {
          await bench.behave(how);
          await sendAll(bench, text(WORDS));
        }
        const told = bench.lines.join('\n');
        for (const hidden of [...bench.secrets, WORDS]) expect(told).not.toContain(hidden);
      }));
  });

  describe('the text of a reply', () => {
    test('is what is sent', () =>
      withChannel(place, async (bench) => {
        const parts: readonly Part[] = [
          ...text('看看这个'),
          { kind: 'menu', text: '选一个', options: [{ id: 'a', label: '退货' }] },
        ];
        const known = bench.channel.textOf(replyOf(bench, parts));
        await sendAll(bench, parts);
        expect(bench.received()).toEqual([known]);
      }));

    test('is there for any words, and no longer than they are joined', () =>
      withChannel(place, async (bench) => {
        fc.assert(
          fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (lines) => {
            const known = bench.channel.textOf(replyOf(bench, lines.flatMap(text)));
            if (lines.some((line) => line.trim() !== '')) expect(known).toBeDefined();
          }),
        );
      }));

    test('is none of a picture', () =>
      withChannel(place, async (bench) => {
        const picture: Part = { kind: 'image', media: { id: 'x_1', from: {} } };
        expect(bench.channel.textOf(replyOf(bench, [picture]))).toBeUndefined();
        expect(bench.channel.textOf(replyOf(bench, [...text('看'), picture]))).toBeUndefined();
      }));
  });
}

const other = 'm_01970f3c4d5e7a6b8c9d0e1f2a3b4c5e';
