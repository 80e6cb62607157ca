import { describe, expect, test } from 'vitest';
import { decrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { signParts } from '../../src/formats/sorted-signature.ts';
import type { HttpCall } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import { createWeChatChannel } from '../../src/wechat/channel.ts';
import { componentSettings } from '../../src/wechat/component-settings.ts';
import { keysOfComponent } from '../../src/wechat/push-keys.ts';
import type { TokenReading } from '../../src/wechat/token.ts';
import { ACCOUNT, APPID, KEY, NONCE, NOW, OTHER_KEY, safePush, settingsWith, VISITOR } from './account.ts';
import { attemptOf, OK, textReply } from './desk.ts';

const COMPONENT = 'wx0f1e2d3c4b5a6978';
const keys = { token: 'agencyToken01', encodingAESKey: OTHER_KEY };
const component = componentSettings.parse({ appid: COMPONENT, secret: 's', ...keys });

/** The channel of an account that the component holds. */
function openHeld(token: TokenReading = { kind: 'token', token: 'T' }) {
  const calls: HttpCall[] = [];
  const none = { secret: undefined, token: undefined, encodingAESKey: undefined };
  const lines: string[] = [];
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const channel = createWeChatChannel(settingsWith({ ...none, component: 'agency' }), {
    async fetch(call) {
      calls.push(call);
      return OK;
    },
    log,
    now: () => NOW,
    random: (size) => Buffer.alloc(size),
    cached: () => Promise.reject(new Error('never asked')),
    forget: () => Promise.reject(new Error('never asked')),
    claimPermit: () => Promise.reject(new Error('never asked')),
    convertPicture: async () => undefined,
    fetchUrl: async () => ({ kind: 'gone', code: 'no address' }),
    mediaIds: { find: async () => undefined, keep: async () => {}, forget: async () => {} },
    component: {
      pushKeys: keysOfComponent(component),
      tokens: { get: async () => token, replace: async () => token, force: async () => {} },
    },
  });
  return { channel, calls, lines };
}

const message = `<xml><ToUserName>${ACCOUNT}</ToUserName><FromUserName>${VISITOR}</FromUserName><CreateTime>1700000000</CreateTime><MsgType>text</MsgType><Content>你好</Content><MsgId>1</MsgId></xml>`;
const signing = { token: keys.token, key: OTHER_KEY, appid: COMPONENT };

describe('an account that a component holds', () => {
  test('reads pushes with the component’s Token, key and AppID', () => {
    const reading = openHeld().channel.readPush(safePush(message, signing), NOW);
    expect(reading).toMatchObject({
      kind: 'visitor',
      key: `${APPID}:1700000000:${VISITOR}:1`,
      visitor: VISITOR,
    });
  });

  test.each([
    ['its own AppID behind the message', 'receiver', { ...signing, appid: APPID }],
    ['another Token', 'msg_signature', { ...signing, token: 'mpPushToken01' }],
    ['another key', 'padding', { ...signing, key: KEY }],
  ])('refuses a push with %s', (_, step, using) => {
    expect(openHeld().channel.readPush(safePush(message, using), NOW)).toMatchObject({
      kind: 'refused',
      step,
    });
  });

  test('refuses a push to another account of the component', () => {
    const request = safePush(message.replace(ACCOUNT, 'gh_ffffffffffff'), signing);
    expect(openHeld().channel.readPush(request, NOW)).toMatchObject({ kind: 'refused', step: 'account' });
  });

  test('encrypts and signs a transfer with the component’s keys', () => {
    const { channel } = openHeld();
    const reading = channel.readPush(safePush(message, signing), NOW);
    if (reading.kind !== 'visitor') throw new Error('expected a visitor');
    const { body } = channel.answerPush({ kind: 'transfer' }, reading.context, NOW);
    const field = (name: string) => new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)`).exec(body)?.[1] ?? '';
    const opened = decrypt(field('Encrypt'), readKey(OTHER_KEY), COMPONENT);
    expect(opened.kind === 'message' && opened.message.toString()).toContain('transfer_customer_service');
    const signed = [keys.token, field('TimeStamp'), NONCE, field('Encrypt')];
    expect(field('MsgSignature')).toBe(signParts(signed));
  });

  test('sends with the token that the component has for it', async () => {
    const { channel, calls } = openHeld();
    expect(await channel.send(textReply(), attemptOf())).toEqual({ outcome: 'accepted' });
    expect(calls.map(({ url }) => new URL(url).search)).toEqual(['?access_token=T']);
  });

  test('pauses where nothing can be called for it, with one alarm that says what to do', async () => {
    const alarm = 'the account has to authorise';
    const untilMs = NOW + 60_000;
    const { channel, calls, lines } = openHeld({ kind: 'stopped', code: 'withdrawn', alarm, untilMs });
    const paused = { outcome: 'pause', code: 'withdrawn', untilMs };
    expect(await channel.send(textReply(), attemptOf())).toEqual(paused);
    expect(await channel.send(textReply(), attemptOf())).toEqual(paused);
    expect(await channel.check(AbortSignal.timeout(1000))).toEqual([{ level: 'fatal', text: alarm }]);
    expect(calls).toEqual([]);
    const alarms = lines.filter((line) => line.startsWith('alarm.raised'));
    expect(alarms[0]).toContain(alarm);
    // The check is a client of its own.
    expect(alarms).toHaveLength(2);
  });
});
