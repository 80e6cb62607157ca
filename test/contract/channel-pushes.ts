import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../../src/ports/request.ts';
import { type ChannelPlace, withChannel } from './channel.ts';

export function describePushes(place: ChannelPlace): void {
  describe('a push', () => {
    test('is read alike twice, and without a call', () =>
      withChannel(place, async (bench) => {
        const request = await bench.visitorSays('在吗');
        const before = bench.calls();
        const reading = bench.channel.readPush(request, bench.now());
        expect(['visitor', 'bell']).toContain(reading.kind);
        expect(bench.channel.readPush(request, bench.now())).toEqual(reading);
        expect(bench.calls()).toBe(before);
      }));

    test('that somebody else made is refused, whatever is wrong with it', () =>
      withChannel(place, async (bench) => {
        const proved = await bench.visitorSays('在吗');
        for (const [wrong, forge] of Object.entries(bench.forged)) {
          const reading = bench.channel.readPush(forge(proved), bench.now());
          expect(reading, wrong).toMatchObject({ kind: 'refused', step: expect.any(String) });
        }
      }));

    test('loses its proof with any byte of its query', () =>
      withChannel(place, async (bench) => {
        const proved = await bench.visitorSays('在吗');
        for (const [name, value] of proved.query) {
          if (!/signature|timestamp|nonce/.test(name) || name === 'signature') continue;
          const query = new URLSearchParams(proved.query);
          query.set(name, `${value.slice(0, -1)}${value.endsWith('1') ? '2' : '1'}`);
          expect(bench.channel.readPush({ ...proved, query }, bench.now()).kind, name).toBe('refused');
          query.delete(name);
          expect(bench.channel.readPush({ ...proved, query }, bench.now()).kind, name).toBe('refused');
        }
      }));

    test('of any bytes is refused, and nothing is thrown', () =>
      withChannel(place, async (bench) => {
        const requests = fc.record({
          method: fc.constantFrom('GET', 'POST', 'PUT'),
          path: fc.constant('/'),
          query: fc
            .dictionary(
              fc.constantFrom('signature', 'msg_signature', 'timestamp', 'nonce', 'echostr', 'encrypt_type'),
              fc.string(),
            )
            .map((fields) => new URLSearchParams(fields)),
          headers: fc.constant({}),
          body: fc.oneof(
            fc.uint8Array(),
            fc.string().map((words) => Buffer.from(`<xml><Encrypt>${words}</Encrypt></xml>`)),
          ),
        });
        fc.assert(
          fc.property(requests, ({ body, ...rest }) => {
            const request: RawRequest = { ...rest, body: Buffer.from(body) };
            expect(bench.channel.readPush(request, bench.now()).kind).toBe('refused');
          }),
        );
      }));

    test('is answered by a text that is short and no secret', () =>
      withChannel(place, async (bench) => {
        const reading = bench.channel.readPush(await bench.visitorSays('在吗'), bench.now());
        if (reading.kind !== 'visitor') return;
        const answer = bench.channel.answerPush({ kind: 'success' }, reading.context, bench.now());
        expect(answer.body).toBe('success');
      }));
  });

  test('the address is verified by an echo', () =>
    withChannel(place, async (bench) => {
      const { request, echo } = bench.challenge();
      expect(bench.channel.readPush(request, bench.now())).toEqual({ kind: 'challenge', echo });
    }));
}
