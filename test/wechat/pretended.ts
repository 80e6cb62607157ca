import { createHash } from 'node:crypto';
import { startWeChat } from '../../sandbox/vendors/wechat.ts';
import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { createUrlFetch } from '../../src/media/fetch-url.ts';
import type { Part } from '../../src/model/message.ts';
import type { KeptMedia, SendAttempt, SendOutcome } from '../../src/ports/channel.ts';
import type { Fetch } from '../../src/ports/http.ts';
import type { ConvertPicture } from '../../src/ports/media.ts';
import { createWeChatChannel } from '../../src/wechat/channel.ts';
import { ACCOUNT, APPID, KEY, NOW, settingsWith, TOKEN, VISITOR } from './account.ts';
import { attemptOf, openMediaIds, replyOf } from './desk.ts';

export const FOREIGN = 'wx0000000000000000';
export const BOUND = 'wxbbbbbbbbbbbbbbbb';
export const THUMB_URL = 'https://shop.example/thumb.jpg';

const bytesOf = (begin: string, size = 100) =>
  Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.alloc(size)]).subarray(0, size);

/** Files as they begin, each of a type that WeChat takes or does not. */
export const files = {
  png: ['image/png', bytesOf('\x89PNG\r\n\x1a\n')],
  jpg: ['image/jpeg', bytesOf('\xff\xd8\xff')],
  webp: ['image/webp', bytesOf('RIFF....WEBP')],
  amr: ['audio/amr', bytesOf('#!AMR\n')],
  mp3: ['audio/mpeg', bytesOf('ID3')],
  wav: ['audio/wav', bytesOf('RIFF....WAVE')],
  mp4: ['video/mp4', bytesOf('....ftypisom')],
  pdf: ['application/pdf', bytesOf('%PDF-1.7')],
  'large.png': ['image/png', bytesOf('\x89PNG\r\n\x1a\n', 2_097_153)],
  'large.mp3': ['audio/mpeg', bytesOf('ID3', 2_097_153)],
  'large.mp4': ['video/mp4', bytesOf('....ftypisom', 10_485_761)],
} satisfies Record<string, readonly [string, Buffer]>;

export type FileName = keyof typeof files | 'gone';

export function mediumOf(name: FileName) {
  return { id: `x_${name}`, from: { url: `https://desk.example/${name}` } };
}

function keptOf(id: string): KeptMedia | undefined {
  const name = id.slice(2);
  if (!Object.hasOwn(files, name)) return undefined;
  const [type, bytes] = files[name as keyof typeof files];
  const md5 = createHash('md5').update(bytes).digest('hex');
  return { type, bytes: bytes.length, name, md5, read: async () => bytes };
}

export type Kind = 'miniprogram' | 'service';

/** The channel against the pretended WeChat over HTTP: a send that breaks a rule is refused there. */
export async function openPretended(
  kind: Kind,
  given: {
    readonly settings?: object;
    readonly convertPicture?: ConvertPicture;
    readonly thumb?: Buffer;
  } = {},
) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const wechat = await startWeChat({
    appid: APPID,
    secret: 'app-secret-of-the-tests',
    token: TOKEN,
    encodingAESKey: KEY,
    originalId: ACCOUNT,
    kind,
    mode: 'safe',
    format: 'xml',
    boundAppids: [BOUND],
    kfAccounts: ['service1@shop'],
    now,
  });
  const road = createFetch(createAddressGuard([]));
  const fetch: Fetch = async (call) =>
    call.url === THUMB_URL
      ? {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'image/jpeg' },
          body: given.thumb ?? files.jpg[1],
        }
      : road.fetch(call);
  const log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log };
  const channel = createWeChatChannel(
    settingsWith({
      kind,
      baseUrl: wechat.url,
      boundAppids: kind === 'service' ? [BOUND] : [],
      ...given.settings,
    }),
    {
      fetch,
      log,
      now,
      cached: async (_key, load) => (await load()).value,
      forget: async () => {},
      claimPermit: async () => true,
      fetchUrl: createUrlFetch({ fetch }),
      convertPicture: given.convertPicture ?? (async () => undefined),
      mediaIds: openMediaIds(now),
    },
  );
  const attempt: Partial<SendAttempt> = {
    media: async ({ id }) => keptOf(id),
    mediaUrl: async ({ id }) => (keptOf(id) ? `https://bridge.example/media/${id}` : undefined),
  };
  return {
    wechat,
    clock,
    channel,
    /** Sends a reply to its end after the visitor has written; the last outcome. */
    async send(
      parts: readonly Part[],
      change: Partial<SendAttempt> = {},
      from: object = {},
    ): Promise<SendOutcome> {
      wechat.actSilently(VISITOR, 'message');
      const reply = replyOf(parts, from);
      let progress: SendAttempt['progress'] = null;
      for (let step = 0; step < 20; step += 1) {
        const outcome = await channel.send(reply, attemptOf({ ...attempt, ...change, progress }));
        if (outcome.outcome !== 'more') return outcome;
        progress = outcome.progress;
      }
      throw new Error('expected the reply to come to an end');
    },
    /** What reached the visitor: types with their objects. */
    shown: () => wechat.sends.all.map(({ msgtype, payload }) => ({ msgtype, [msgtype]: payload[msgtype] })),
    /** Codes with which WeChat refused a send. */
    refused: () => wechat.refusedSends.all.map(({ errcode }) => errcode),
    uploads: () =>
      wechat.requests.all.flatMap(({ path, query }) =>
        path === '/cgi-bin/media/upload' ? [new URLSearchParams(query).get('type')] : [],
      ),
    async [Symbol.asyncDispose]() {
      road.close();
      await wechat.close();
    },
  };
}
