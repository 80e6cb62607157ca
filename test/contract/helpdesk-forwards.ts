import { describe, expect, test } from 'vitest';
import type { Part, PartKind } from '../../src/model/message.ts';
import type { Delivery } from '../../src/ports/helpdesk.ts';
import { type Behaviour, carry, firstAttempt, type HelpdeskPlace, text, withBench } from './helpdesk.ts';

/** Words that no code and no setting has. */
const WORDS = 'wo-de-mima-shi-8471';

export function describeForwards(place: HelpdeskPlace): void {
  describe('forwards', () => {
    test('carry a text to the vendor', () =>
      withBench(place.open, async (bench) => {
        expect((await carry(bench, text(WORDS))).outcome).toBe('accepted');
        expect(bench.received()).toEqual([WORDS]);
      }));

    test('carry one text after the other, in order', () =>
      withBench(place.open, async (bench) => {
        for (const [place, words] of ['一', '二', '三'].entries()) {
          await carry(bench, text(words), { key: `m_${place}` });
        }
        expect(bench.received()).toEqual(['一', '二', '三']);
      }));

    test.each<[string, Behaviour, Delivery['outcome']]>([
      ['whose answers get lost', 'losesAnswers', 'unknown'],
      ['who answers with a page', 'babbles', 'unknown'],
      ['who cannot be reached', 'unreachable', 'later'],
      ['who is not available', 'unavailable', 'later'],
      ['who is called too often', 'busy', 'later'],
    ])('to a vendor %s (%s) are %s', (_what, how, outcome) =>
      withBench(place.open, async (bench) => {
        await bench.behave(how);
        const delivery = await carry(bench, text(WORDS));
        expect(delivery).toMatchObject({ outcome, ...(outcome === 'later' && { because: 'vendor' }) });
      }),
    );

    test('wait as long as a busy vendor asks for', () =>
      withBench(place.open, async (bench) => {
        await bench.behave('busy');
        const { outcome, ...rest } = await carry(bench, text(WORDS));
        expect(outcome).toBe('later');
        expect('afterMs' in rest && rest.afterMs).toBeGreaterThanOrEqual(2000);
      }));

    test('to a vendor who takes his time are carried once', () =>
      withBench(place.open, async (bench) => {
        await bench.behave('slow');
        expect((await carry(bench, text(WORDS))).outcome).toBe('accepted');
        expect(bench.received()).toEqual([WORDS]);
      }));

    test.each(['unreachable', 'unavailable', 'busy'] as const)(
      'that are put off (%s) are carried once when they come again',
      (how) =>
        withBench(place.open, async (bench) => {
          await bench.behave(how);
          for (const number of [1, 2, 3]) await carry(bench, text(WORDS), { number });
          expect(bench.received()).toEqual([]);
          await bench.behave('works');
          expect((await carry(bench, text(WORDS), { number: 4 })).outcome).toBe('accepted');
          expect(bench.received()).toEqual([WORDS]);
        }),
    );

    test('are not made once they are called off', () =>
      withBench(place.open, async (bench) => {
        const delivery = await carry(bench, text(WORDS), { signal: AbortSignal.abort() });
        expect(delivery.outcome).toBe('later');
        expect(bench.received()).toEqual([]);
      }));

    test('end when they are called off', () =>
      withBench(place.open, async (bench) => {
        await bench.behave('hangs');
        const control = new AbortController();
        const carried = carry(bench, text(WORDS), { signal: control.signal });
        control.abort();
        expect(['later', 'unknown']).toContain((await carried).outcome);
      }));

    test('whose answer was lost are settled where the adapter can: the vendor has the message once', () =>
      withBench(place.open, async (bench) => {
        await bench.behave('losesAnswers');
        const first = await carry(bench, text(WORDS));
        expect(first.outcome).toBe('unknown');
        const code = first.outcome === 'unknown' ? first.code : '';
        await bench.behave('works');
        const again = await carry(bench, text(WORDS), { number: 2, lost: { startedAt: bench.now(), code } });
        expect(again.outcome).toBe('accepted');
        // Without a way to find out, a repeat is a second message, and nothing pretends otherwise.
        expect(bench.received()).toHaveLength(bench.adapter.settles ? 1 : 2);
      }));

    test('of every kind that is accepted come to an end', () =>
      withBench(place.open, async (bench) => {
        for (const part of samples.filter(({ kind }) => bench.adapter.accepts.has(kind))) {
          const delivery = await carry(bench, [part], { key: `m_${part.kind}` });
          expect(delivery.outcome, part.kind).toBe('accepted');
        }
      }));

    test('tell nobody else a secret, a word or who wrote it', () =>
      withBench(place.open, async (bench) => {
        for (const how of [
          'works',
          'losesAnswers',
          'babbles',
          'unreachable',
          'unavailable',
          'busy',
        ] as const) {
          await bench.behave(how);
          const { outcome, alarm, ...rest } = await carry(bench, text(WORDS), { key: `m_${how}` });
          const told = [outcome, alarm, 'code' in rest ? rest.code : '', ...bench.lines].join('\n');
          for (const hidden of [...bench.secrets, WORDS, bench.conversation.visitor]) {
            expect(told).not.toContain(hidden);
          }
        }
      }));

    test('bring events that can be told apart and written down', () =>
      withBench(place.open, async (bench) => {
        let attempt = firstAttempt(bench);
        const message = { conversation: bench.conversation.id, direction: 'forward', seq: 1 } as const;
        for (let step = 0; step < 20; step++) {
          const delivery = await bench.adapter.forward(
            { ...message, id: 'm_1', from: { role: 'visitor' }, parts: text(WORDS), writtenAt: bench.now() },
            attempt,
          );
          for (const event of delivery.events ?? []) {
            expect(event.keys).toBeInstanceOf(Array);
            expect(JSON.parse(JSON.stringify(event))).toEqual(event);
          }
          if (delivery.outcome !== 'more') return;
          expect(JSON.parse(JSON.stringify(delivery.progress))).toEqual(delivery.progress);
          attempt = { ...attempt, progress: delivery.progress };
        }
        throw new Error('expected the message to be carried within 20 steps');
      }));
  });
}

const media = { id: 'x_1', from: {} };
const samples: readonly Part[] = [
  { kind: 'text', text: '你好' },
  { kind: 'image', media },
  { kind: 'voice', media },
  { kind: 'video', media },
  { kind: 'file', name: '合同.pdf', media },
  { kind: 'link', title: '商品', url: 'https://shop.example/1' },
  { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop' },
  { kind: 'location', latitude: 30.5, longitude: 120.25 },
  { kind: 'menu', text: '请选择', options: [{ id: '1', label: '退货' }] },
  { kind: 'choice', of: 'menu', option: { id: '1', label: '退货' } },
  { kind: 'event', name: 'session-enter' },
  { kind: 'unsupported', vendorKind: 'sticker' },
] satisfies readonly (Part & { kind: PartKind })[];
