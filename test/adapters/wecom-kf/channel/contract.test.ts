import { wecomKfChannel } from '../../../../adapters/wecom-kf/channel/index.ts';
import { startWecomKf } from '../../../../sandbox/vendors/wecom-kf.ts';
import { createAddressGuard } from '../../../../src/http/address-guard.ts';
import { createFetch } from '../../../../src/http/fetch.ts';
import type { VisitorAct } from '../../../../src/ports/channel.ts';
import type { Log } from '../../../../src/ports/log.ts';
import type { RawRequest } from '../../../../src/ports/request.ts';
import { behaveLike } from '../../../contract/behave-like.ts';
import { type ChannelBench, channelContract } from '../../../contract/channel.ts';
import { openMediaIds } from '../../../wechat/desk.ts';
import { CUSTOMER, KF, NOW, requestOf, SECRET } from '../desk.ts';
import { channelSettings } from './scene.ts';

/** The channel against the pretended WeCom over HTTP. */
async function open(): Promise<ChannelBench> {
  const now = () => NOW;
  const wecom = await startWecomKf({ secret: SECRET, now });
  const road = createFetch(createAddressGuard([]));
  const lines: string[] = [];
  const kept = new Map<string, Promise<string>>();
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const settings = wecomKfChannel.settings.parse({ ...channelSettings, baseUrl: wecom.url, timeoutMs: 2000 });
  const channel = wecomKfChannel.create(settings, {
    fetch: road.fetch,
    now,
    log,
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
  const prepare = (changes = {}): RawRequest => {
    const fields = { Event: 'kf_msg_or_event', Token: 'ENCsimToken0001', OpenKfId: KF };
    const elements = Object.entries(fields).map(([name, words]) => `<${name}>${words}</${name}>`);
    const message = `<xml><MsgType>event</MsgType>${elements.join('')}</xml>`;
    return requestOf(wecom.prepare(message, changes));
  };
  await wecom.people.customerSays(CUSTOMER, '在吗');
  const { said, requests } = wecom;
  return {
    channel,
    visitor: CUSTOMER,
    now,
    lines,
    secrets: [SECRET, channelSettings.callback.token, channelSettings.callback.encodingAESKey],
    behave: behaveLike(wecom),
    calls: () => requests.count,
    received: () => said.all.map(({ msgtype, text }) => (msgtype === 'text' ? text : msgtype)),
    uploaded: (n) => said.all[n]?.bytes,
    async visitorSays(words) {
      await wecom.people.customerSays(CUSTOMER, words);
      return prepare();
    },
    shelve: (bytes) => wecom.shelve({ type: 'image', name: 'a.png', contentType: 'image/png', bytes }),
    // A bell holds nothing: all that there is.
    async pushOf() {
      const page = await channel.puller?.pull({ cursor: null }, new AbortController().signal);
      return page?.outcome === 'page'
        ? page.acts.flatMap(({ reading }): readonly VisitorAct[] =>
            reading.kind === 'visitor' ? [reading] : [],
          )
        : [];
    },
    challenge: () => ({
      echo: '6415276321842175213',
      request: {
        ...prepare(),
        method: 'GET',
        body: Buffer.alloc(0),
        query: new URLSearchParams({
          timestamp: '1700000000',
          nonce: '1597212914',
          msg_signature: '7b912f7aca730f78f51fba54f9a10038babf02f6',
          echostr: '1cdl0P8/syfHVd4zHv2lXWdpEXX7ZXgkeOcDj4N8I3OZj1iMVbX2d78WsIM/pn3kLvej6sMHuAGJvFRNLxP7Bg==',
        }),
      },
    }),
    forged: {
      'signed with another Token': () => prepare({ token: 'guessed' }),
      'of another company': () => prepare({ corpid: 'wwffffffffffffffff' }),
      'too old': () => prepare({ at: NOW - 301_000 }),
      'of the future': () => prepare({ at: NOW + 301_000 }),
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
      await wecom.close();
    },
  };
}

channelContract('wecomKf', { open, settles: true });
