import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import { type CallbackMaker, type HelpdeskBench, type HelpdeskPlace, withBench } from './helpdesk.ts';

const WORDS = 'wo-de-mima-shi-8471';

export function describeCallbacks(
  { open }: HelpdeskPlace,
  makerOf: (bench: HelpdeskBench) => CallbackMaker,
): void {
  const check = (run: (bench: Reader) => void) => () =>
    withBench(open, async (bench) => {
      const maker = makerOf(bench);
      const read = (request: RawRequest, now = bench.now()) => bench.adapter.readCallback!(request, now);
      run({ bench, maker, read });
    });

  describe('callbacks', () => {
    test(
      'of an agent who writes are read, for the visitor by an id that we chose or were given',
      check(({ maker, read }) => {
        const reading = read(maker.agentSays(WORDS));
        expect(reading.kind).toBe('events');
        const events = reading.kind === 'events' ? reading.events : [];
        expect(events).toContainEqual(
          expect.objectContaining({
            kind: 'message',
            from: expect.objectContaining({ role: 'agent' }),
            parts: [{ kind: 'text', text: WORDS }],
            visitor: expect.any(String),
          }),
        );
        expect(events.flatMap(({ keys }) => keys)).not.toEqual([]);
      }),
    );

    test(
      'with any one byte changed are refused',
      check(({ maker, read }) => {
        const request = maker.agentSays(WORDS);
        const place = fc.nat({ max: request.body.length - 1 });
        fc.assert(
          fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
            const body = Buffer.from(request.body);
            body[at]! ^= change;
            expectRefused(read({ ...request, body }));
          }),
        );
      }),
    );

    test(
      'without one of the things that prove them are refused',
      check(({ maker, read }) => {
        expect(maker.proof.length).toBeGreaterThan(0);
        for (const { in: place, name } of maker.proof) {
          const request = maker.agentSays(WORDS);
          const query = new URLSearchParams(request.query);
          if (place === 'query') query.delete(name);
          const headers = place === 'query' ? request.headers : { ...request.headers, [name]: undefined };
          expectRefused(read({ ...request, query, headers }));
        }
      }),
    );

    test(
      'that are stale, forged or meant for others are refused',
      check(({ maker, read }) => {
        expect(Object.keys(maker.spoilt).length).toBeGreaterThan(0);
        for (const spoil of Object.values(maker.spoilt)) expectRefused(read(spoil(WORDS)));
      }),
    );

    test(
      'give the same reading twice, leave the request alone, and log nothing',
      check(({ bench, maker, read }) => {
        for (const request of [maker.agentSays(WORDS), maker.unknownKind(), maker.unreadable()]) {
          const body = Buffer.from(request.body);
          const query = request.query.toString();
          expect(read(request)).toEqual(read(request));
          expect(request.body).toEqual(body);
          expect(request.query.toString()).toBe(query);
        }
        expect(bench.lines).toEqual([]);
      }),
    );

    test(
      'of a kind that nobody knows are kept as such, and acknowledged like any other',
      check(({ maker, read }) => {
        const reading = read(maker.unknownKind());
        expect(reading).toMatchObject({ kind: 'events', events: [{ kind: 'unsupported' }] });
        expect('answer' in reading && reading.answer).toEqual(answerOf(read(maker.agentSays(WORDS))));
      }),
    );

    test(
      'that are proved but cannot be understood are told apart from forged ones',
      check(({ maker, read }) => expect(read(maker.unreadable()).kind).toBe('unreadable')),
    );

    test(
      'that report what we sent ourselves are no event',
      check(({ maker, read }) => {
        const echo = maker.ownEcho?.();
        if (echo !== undefined) expect(read(echo)).toMatchObject({ kind: 'events', events: [] });
      }),
    );

    test(
      'have an answer for when they cannot be kept, which is none of success',
      check(({ bench, maker, read }) => {
        expect(bench.adapter.busy).toBeDefined();
        expect(bench.adapter.busy).not.toEqual(answerOf(read(maker.agentSays(WORDS))));
      }),
    );
  });
}

interface Reader {
  readonly bench: HelpdeskBench;
  readonly maker: CallbackMaker;
  readonly read: (request: RawRequest, now?: number) => CallbackReading;
}

/** Refused, and with nothing of what it said. */
function expectRefused(reading: CallbackReading): void {
  expect(reading.kind).toBe('refused');
  expect(JSON.stringify(reading)).not.toContain(WORDS);
  const { status } = answerOf(reading);
  expect(status >= 400 && status < 500).toBe(true);
}

function answerOf(reading: CallbackReading) {
  return reading.answer;
}
