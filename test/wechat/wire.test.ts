import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { createWeChatChannel } from '../../src/wechat/channel.ts';
import { settingsWith, VISITOR } from './account.ts';
import { attemptOf, imageReply, openMediaIds, PNG, textReply } from './desk.ts';

interface Seen {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const seen: Seen[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    seen.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
    // WeChat's gateway refuses what comes without a length.
    if (request.headers['content-length'] === undefined) response.writeHead(412).end('<html>');
    else response.end(JSON.stringify({ errcode: 0, access_token: 'T', expires_in: 7200, media_id: 'up-1' }));
  });
});
let road: ReturnType<typeof createFetch>;

beforeEach(async () => {
  road = createFetch(createAddressGuard([]));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  road.close();
  seen.length = 0;
  await new Promise((resolve) => server.close(resolve));
});

function openChannel() {
  const { port } = server.address() as AddressInfo;
  const nothing = () => {};
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, with: () => log };
  return createWeChatChannel(settingsWith({ baseUrl: `http://127.0.0.1:${port}` }), {
    fetch: road.fetch,
    cached: async (_key, load) => (await load()).value,
    forget: async () => {},
    claimPermit: async () => false,
    now: Date.now,
    convertPicture: async () => undefined,
    fetchUrl: async () => ({ kind: 'gone', code: 'no address' }),
    mediaIds: openMediaIds(Date.now),
    log,
  });
}

test('a text leaves with its length and as raw UTF-8', async () => {
  expect(await openChannel().send(textReply('您好'), attemptOf())).toEqual({ outcome: 'accepted' });
  const [, message] = seen;
  expect(message?.url).toBe('/cgi-bin/message/custom/send?access_token=T');
  expect(message?.headers['content-length']).toBe(String(message?.body.length));
  expect(message?.body).toEqual(
    Buffer.from(`{"touser":"${VISITOR}","msgtype":"text","text":{"content":"您好"}}`),
  );
});

test('an image leaves with its length and an unquoted boundary', async () => {
  const outcome = await openChannel().send(imageReply, attemptOf({ media: async () => PNG }));
  expect(outcome).toMatchObject({ outcome: 'more', progress: { piece: 0 } });
  expect(seen[1]?.headers['content-length']).toBe(String(seen[1]?.body.length));
  expect(seen[1]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=----bridge[0-9a-f]{24}$/);
});
