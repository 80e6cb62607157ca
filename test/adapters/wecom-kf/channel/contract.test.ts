import type { VisitorAct } from '../../../../src/ports/channel.ts';
import type { RawRequest } from '../../../../src/ports/request.ts';
import { behaveLike } from '../../../contract/behave-like.ts';
import { type ChannelBench, channelContract } from '../../../contract/channel.ts';
import { CUSTOMER, KF, NOW, requestOf, SECRET } from '../desk.ts';
import { openChannel } from './open-channel.ts';
import { channelSettings } from './settings.ts';

/** The channel against the pretended WeCom over HTTP. */
async function open(): Promise<ChannelBench> {
  const { wecom, channel, lines, close } = await openChannel();
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
    now: () => NOW,
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
    close,
  };
}

channelContract('wecomKf', { open, settles: true });
