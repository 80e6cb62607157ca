import { startWeChat } from '../../sandbox/vendors/wechat.ts';
import { signParts } from '../../src/formats/sorted-signature.ts';
import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { createUrlFetch } from '../../src/media/fetch-url.ts';
import type { Log } from '../../src/ports/log.ts';
import { createWeChatChannel } from '../../src/wechat/channel.ts';
import { behaveLike } from '../contract/behave-like.ts';
import { type ChannelBench, channelContract } from '../contract/channel.ts';
import {
  ACCOUNT,
  APPID,
  getWith,
  KEY,
  NONCE,
  NOW,
  safePush,
  settingsWith,
  TIMESTAMP,
  TOKEN,
  VISITOR,
} from './account.ts';
import { openMediaIds } from './desk.ts';

const SECRET = 'app-secret-of-the-tests';

/** The channel against the pretended WeChat over HTTP. */
async function open(): Promise<ChannelBench> {
  const now = () => NOW;
  const keys = { appid: APPID, secret: SECRET, token: TOKEN, encodingAESKey: KEY, originalId: ACCOUNT };
  const kind = { kind: 'miniprogram', mode: 'safe', format: 'xml' } as const;
  const wechat = await startWeChat({ ...keys, ...kind, now });
  const road = createFetch(createAddressGuard([]));
  const lines: string[] = [];
  const kept = new Map<string, Promise<string>>();
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const channel = createWeChatChannel(settingsWith({ baseUrl: wechat.url }), {
    fetch: road.fetch,
    log,
    now,
    claimPermit: async () => true,
    fetchUrl: createUrlFetch({ fetch: road.fetch }),
    convertPicture: async () => undefined,
    mediaIds: openMediaIds(now),
    cached(key, load) {
      const value = kept.get(key) ?? load().then((loaded) => loaded.value);
      kept.set(key, value);
      return value.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      });
    },
    async forget(key) {
      kept.delete(key);
    },
  });
  wechat.actSilently(VISITOR, 'message');
  const { sends, requests } = wechat;
  let count = 0;
  const push = (words: string, using = {}) => {
    count += 1;
    const fields = { ToUserName: ACCOUNT, FromUserName: VISITOR, MsgType: 'text', Content: words };
    const elements = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
    const times = `<CreateTime>${TIMESTAMP}</CreateTime><MsgId>${count}</MsgId>`;
    return safePush(`<xml>${elements.join('')}${times}</xml>`, using);
  };
  return {
    channel,
    visitor: VISITOR,
    now,
    lines,
    secrets: [SECRET, TOKEN, KEY],
    behave: behaveLike(wechat),
    calls: () => requests.count,
    received: () => sends.all.map(({ msgtype, text }) => (msgtype === 'text' ? (text ?? '') : msgtype)),
    uploaded(n) {
      const { msgtype = '', payload = {} } = sends.all[n] ?? {};
      const content = payload[msgtype];
      const id = typeof content === 'object' && content !== null && 'media_id' in content && content.media_id;
      return wechat.media.get(String(id))?.bytes;
    },
    visitorSays: (words) => push(words),
    shelve: (bytes) => wechat.media.add(bytes, 'image').id,
    async pushOf(request) {
      const reading = channel.readPush(request, NOW);
      return reading.kind === 'visitor' ? [reading] : [];
    },
    challenge: () => ({
      echo: '6415276321842175213',
      request: getWith({
        timestamp: TIMESTAMP,
        nonce: NONCE,
        signature: signParts([TOKEN, TIMESTAMP, NONCE]),
        echostr: '6415276321842175213',
      }),
    }),
    forged: {
      'signed with another Token': () => push('假的', { token: 'guessed' }),
      'of another account': () => push('假的', { appid: 'wxffffffffffffffff' }),
      'too old': () => push('假的', { timestamp: String(NOW / 1000 - 301) }),
      'of the future': () => push('假的', { timestamp: String(NOW / 1000 + 301) }),
      'another method': (proved) => ({ ...proved, method: 'PUT' }),
      'another body': (proved) => ({ ...proved, body: Buffer.from('<xml></xml>') }),
      'no body': (proved) => ({ ...proved, body: Buffer.alloc(0) }),
      'a document type': (proved) => ({
        ...proved,
        body: Buffer.concat([Buffer.from('<!DOCTYPE xml>'), proved.body]),
      }),
    },
    async close() {
      road.close();
      await wechat.close();
    },
  };
}

channelContract('wechat', { open, settles: false });
