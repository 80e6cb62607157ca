import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallbackReading, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import {
  type CallbackMaker,
  type HelpdeskBench,
  type HelpdeskPlace,
  type Proof,
  withBench,
} from './helpdesk.ts';

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
        if (maker.rings) {
          const bell = { kind: 'bell', topic: expect.any(String) };
          return expect(reading).toMatchObject(
            maker.rings === 'helpdesk' ? bell : { ...bell, visitor: expect.any(String) },
          );
        }
        expect(eventsOf(reading)).toContainEqual(
          expect.objectContaining({
            kind: 'message',
            from: expect.objectContaining({ role: 'agent' }),
            parts: [{ kind: 'text', text: WORDS }],
            visitor: expect.any(String),
          }),
        );
        expect(eventsOf(reading).flatMap(({ keys }) => keys)).not.toEqual([]);
      }),
    );

    test(
      'with any one byte changed are refused, where the vendor proves them so far',
      check(({ maker, read }) => {
        const request = maker.agentSays(WORDS);
        const place = fc.nat({ max: request.body.length - 1 });
        fc.assert(
          fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
            const body = Buffer.from(request.body);
            body[at]! ^= change;
            const reading = read({ ...request, body }); // a reader that throws would fail here
            if (maker.covers !== 'nothing') expectRefused(reading);
          }),
        );
      }),
    );

    test(
      'without one of the things that prove them are refused',
      check(({ maker, read }) => {
        expect(maker.proof.length).toBeGreaterThan(0);
        for (const proof of maker.proof) expectRefused(read(changeProof(maker.agentSays(WORDS), proof)));
      }),
    );

    test(
      'with one of the things that prove them changed are refused',
      check(({ maker, read }) => {
        const proofs = maker.proof.filter(({ isFree }) => !isFree);
        expect(proofs.length).toBeGreaterThan(0);
        for (const proof of proofs) {
          expectRefused(read(changeProof(maker.agentSays(WORDS), proof, changeMiddle)));
        }
      }),
    );

    test(
      'that are stale, forged or meant for others are refused',
      check(({ maker, read }) => {
        expect(Object.keys(maker.spoilt)).toContain('another tenant');
        for (const spoil of Object.values(maker.spoilt)) expectRefused(read(spoil(WORDS)));
      }),
    );

    test(
      'are good for as long as the vendor says, and no longer',
      check(({ bench, maker, read }) => {
        const { freshForMs } = maker;
        if (freshForMs === undefined) return;
        const request = maker.agentSays(WORDS);
        expect(read(request, bench.now() + freshForMs - 1000).kind).not.toBe('refused');
        expectRefused(read(request, bench.now() + freshForMs + 1000));
      }),
    );

    test(
      'that are replayed are known by the same keys, and answered the same',
      check(({ bench, maker, read }) => {
        const request = maker.agentSays(WORDS);
        const [first, again] = [read(request), read(request, bench.now() + 60_000)];
        expect(again.answer).toEqual(first.answer);
        expect(eventsOf(again).map(({ keys }) => keys)).toEqual(eventsOf(first).map(({ keys }) => keys));
      }),
    );

    test(
      'give the same reading twice, leave the request alone, and log nothing',
      check(({ bench, maker, read }) => {
        for (const request of [maker.agentSays(WORDS), maker.unknownKind(), maker.unreadable?.()]) {
          if (request === undefined) continue;
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
        if (!maker.rings) {
          expect(reading).toMatchObject({ kind: 'events', events: [{ kind: 'unsupported' }] });
        }
        expect(reading.kind).not.toBe('refused');
        expect(reading.answer).toEqual(read(maker.agentSays(WORDS)).answer);
      }),
    );

    test(
      'that are proved but cannot be understood are told apart from forged ones',
      check(({ maker, read }) => {
        const unreadable = maker.unreadable?.();
        if (unreadable !== undefined) expect(read(unreadable).kind).toBe('unreadable');
      }),
    );

    test(
      'that report what we sent ourselves are no event, but that they came may be noted',
      check(({ maker, read }) => {
        const echo = maker.ownEcho?.();
        if (echo === undefined) return;
        const reading = read(echo);
        expect(reading.kind).toBe('events');
        expect(eventsOf(reading).filter(({ kind }) => kind !== 'noted')).toEqual([]);
      }),
    );

    test(
      'bring nothing new under a proof that was used, whatever words it is put before',
      check(({ maker, read }) => {
        const other = maker.replayed?.(WORDS);
        if (other === undefined) return;
        const used = new Set(eventsOf(read(maker.agentSays(WORDS))).flatMap(({ keys }) => keys));
        const again = eventsOf(read(other));
        expect(again.length).toBeGreaterThan(0);
        for (const { keys } of again) expect(keys.some((key) => used.has(key))).toBe(true);
      }),
    );

    test(
      'have an answer for when they cannot be kept, which is none of success',
      check(({ bench, maker, read }) => {
        expect(bench.adapter.busy).toBeDefined();
        expect(bench.adapter.busy).not.toEqual(read(maker.agentSays(WORDS)).answer);
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
  const { status } = reading.answer;
  expect(status >= 400 && status < 500).toBe(true);
}

function eventsOf(reading: CallbackReading): readonly VendorEvent[] {
  return reading.kind === 'events' ? reading.events : [];
}

/** The request with a proof made into another, or taken away. */
function changeProof(
  request: RawRequest,
  proof: Proof,
  change: (value: string) => string | undefined = () => undefined,
): RawRequest {
  switch (proof.in) {
    case 'part': {
      const { part, ...rest } = request;
      const changed = change(part ?? '');
      return changed === undefined ? rest : { ...rest, part: changed };
    }
    case 'query': {
      const query = new URLSearchParams(request.query);
      const changed = change(query.get(proof.name) ?? '');
      if (changed === undefined) query.delete(proof.name);
      else query.set(proof.name, changed);
      return { ...request, query };
    }
    case 'headers':
      return {
        ...request,
        headers: { ...request.headers, [proof.name]: change(request.headers[proof.name] ?? '') },
      };
    case 'body': {
      const json: Record<string, unknown> = JSON.parse(request.body.toString());
      return {
        ...request,
        body: Buffer.from(JSON.stringify({ ...json, [proof.name]: change(String(json[proof.name])) })),
      };
    }
    default:
      return proof satisfies never;
  }
}

function changeMiddle(value: string): string {
  const middle = Math.floor(value.length / 2);
  return `${value.slice(0, middle)}${value[middle] === '0' ? '1' : '0'}${value.slice(middle + 1)}`;
}
