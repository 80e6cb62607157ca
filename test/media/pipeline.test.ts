import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUrlFetch } from '../../src/media/fetch-url.ts';
import type { MediaFiles } from '../../src/media/files.ts';
import { openFolderFiles } from '../../src/media/folder-files.ts';
import { inspectMedium } from '../../src/media/inspect.ts';
import { listen, onRead, openRoad, serve } from '../http/loopback.ts';
import { HEIC } from './pictures.ts';
import { PNG } from './png.ts';

const maxBytes = 20_000;
const { signal } = new AbortController();
let folder = '';
let files: MediaFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipeline-'));
  files = await openFolderFiles(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Fetches a medium as the keeper does, and keeps it where it may be kept. */
async function fetchInto(
  id: string,
  url: string,
  times: { timeoutMs?: number; idleTimeoutMs?: number } = {},
) {
  const call = openRoad(['127.0.0.0/8']);
  const fetchUrl = createUrlFetch({ ...times, fetch: ({ url: to, ...rest }) => call(to, rest) });
  await using draft = files.draft(id, maxBytes);
  const fetched = await fetchUrl({ url }, draft, signal);
  if (fetched.kind !== 'taken') return { fetched };
  const facts = await inspectMedium(draft.head(), fetched.type);
  await draft.keep();
  return { fetched, facts, bytes: draft.bytes, md5: draft.md5() };
}

const leftBehind = () => readdir(join(folder, 'incoming'));
const local = (port: number) => `http://127.0.0.1:${port}/a`;

/** What bytes begin with, and what they are then, whatever is said of them. */
const beginnings = {
  'image/png': PNG,
  'image/jpeg': Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  'image/gif': Buffer.from('GIF89a\x01\0\x01\0\0\0\0'),
  'image/heic': HEIC,
  'audio/amr': Buffer.from('#!AMR\n'),
  'application/x-msdownload': Buffer.from(
    'MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0'.padEnd(64, '\0'),
    'latin1',
  ),
  'text/html': Buffer.from('<!-- a --> <!DOCTYPE html><script>alert(1)</script>'),
  'image/svg+xml': Buffer.from('<?xml version="1.0"?><svg onload="alert(1)"/>'),
  'application/octet-stream': Buffer.from([1, 2, 3, 4]),
} as const;
const texts = ['text/html', 'image/svg+xml'];

const media = fc
  .record({
    type: fc.constantFrom(...(Object.keys(beginnings) as (keyof typeof beginnings)[])),
    rest: fc.uint8Array({ maxLength: 3000 }),
    copies: fc.integer({ min: 0, max: 8 }),
  })
  .map(({ type, rest, copies }) => {
    const tail = texts.includes(type) ? Buffer.from('a'.repeat(rest.length)) : Buffer.from(rest);
    return { type, body: Buffer.concat([beginnings[type], ...Array<Buffer>(copies).fill(tail)]) };
  });

describe('a medium on its way', () => {
  test('is whole, counted, hashed and known by its bytes, in whatever pieces it comes', async () => {
    let send = (_response: ServerResponse) => {};
    const port = await serve((_request, response) => send(response));
    const declared = fc.constantFrom('image/png', 'text/html', 'image/webp', '', 'text/html\t; a');
    const cuts = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        media,
        declared,
        cuts,
        fc.boolean(),
        async ({ type, body }, said, sizes, hasLength) => {
          send = (response) => {
            response.setHeader('content-type', said);
            if (hasLength) response.setHeader('content-length', body.length);
            for (let at = 0, turn = 0; at < body.length; turn += 1) {
              const size = sizes[turn % sizes.length]!;
              response.write(body.subarray(at, at + size));
              at += size;
            }
            response.end();
          };
          const came = await fetchInto('x_1', local(port));
          expect(await leftBehind()).toEqual([]);
          if (body.length > maxBytes) {
            expect(came.fetched).toEqual({ kind: 'gone', code: `over_${maxBytes}_bytes` });
            expect(await files.sizeOf('x_1')).toBeUndefined();
            return;
          }
          expect(came).toMatchObject({
            fetched: { kind: 'taken' },
            facts: { type },
            bytes: body.length,
            md5: createHash('md5').update(body).digest('hex'),
          });
          expect((await files.read('x_1')).equals(body)).toBe(true);
          await files.remove('x_1');
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is not kept where it is cut, wherever that is', async () => {
    let length = 0;
    const port = await listen((socket) =>
      onRead(socket, '\r\n\r\n', () =>
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${'a'.repeat(length)}`),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4999 }), async (cut) => {
        length = cut;
        expect(await fetchInto('x_1', local(port))).toMatchObject({ fetched: { kind: 'later' } });
        expect(await files.sizeOf('x_1')).toBeUndefined();
        expect(await leftBehind()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('is tried later where it drips or stops', async () => {
    const port = await serve((_request, response) => {
      const drip = setInterval(() => response.write('a'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const later = { fetched: { kind: 'later', code: 'etimedout' } };
    expect(await fetchInto('x_1', local(port), { timeoutMs: 80 })).toEqual(later);
    const silent = await serve((_request, response) => response.write('a'));
    expect(await fetchInto('x_1', local(silent), { idleTimeoutMs: 50 })).toEqual(later);
    expect(await leftBehind()).toEqual([]);
  });

  test.each([
    'http://10.1.2.3/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
  ])('is not fetched from inside, at once or by a redirect: %s', async (inside) => {
    const port = await serve((_request, response) => response.writeHead(302, { location: inside }).end());
    const gone = { fetched: { kind: 'gone', code: 'internal_address' } };
    expect(await fetchInto('x_1', inside)).toEqual(gone);
    expect(await fetchInto('x_1', local(port))).toEqual(gone);
  });
});
