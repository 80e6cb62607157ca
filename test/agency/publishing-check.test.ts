import { describe, expect, test } from 'vitest';
import { type Forgery, preparePush } from '../../sandbox/vendors/wechat/prepared-push.ts';
import { judgeAnswer } from '../../sandbox/vendors/wechat/verdict.ts';
import { COMPONENT, NOW, openAgency, SHOP } from './open-agency.ts';

const visitor = 'oTestOfWeChat000000000000001';
const testAccount = {
  appid: 'wx570bc396a51b8ff8',
  originalId: 'gh_3c884a361561',
  secret: '',
  token: '',
  encodingAESKey: '',
  kind: 'service',
  mode: 'safe',
  format: 'xml',
  component: COMPONENT,
} as const;

function say(content: string, change: { readonly account?: object; readonly forgery?: Forgery } = {}) {
  const account = { ...testAccount, ...change.account };
  const message = {
    ToUserName: account.originalId,
    FromUserName: visitor,
    CreateTime: NOW / 1000,
    MsgType: 'text',
    Content: content,
    MsgId: 1,
  };
  const url = `http://bridge/component/agency/${account.appid}`;
  const push = preparePush(
    account,
    { url, now: NOW },
    { message, ...(change.forgery && { forgery: change.forgery }) },
  );
  const { method, body } = push;
  const query = new URL(push.url).searchParams;
  return { push, request: { method, path: '/', query, headers: {}, body } };
}

describe('WeChat’s check before a component is published', () => {
  test('gets its text back, encrypted with the component’s keys', async () => {
    const agency = await openAgency();
    const { push, request } = say('TESTCOMPONENT_MSG_TYPE_TEXT');
    const answer = agency.component.publishingCheck(request, NOW);
    expect(judgeAnswer(push, { status: 200, body: answer?.body ?? '' }, NOW)).toMatchObject({
      kind: 'reply',
      message: { MsgType: 'text', Content: 'TESTCOMPONENT_MSG_TYPE_TEXT_callback' },
    });
    expect(answer?.after).toBeUndefined();
  });

  test('gets an empty answer to a code, and then a text from the API', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    const { code } = agency.platform.authorisations.authorise(testAccount.appid);
    const sends: string[] = [];
    agency.onSend((call) => sends.push(String(call.body)));
    const answer = agency.component.publishingCheck(say(`QUERY_AUTH_CODE:${code}`).request, NOW);
    expect(answer?.body).toBe('');
    await answer?.after?.();
    expect(sends.map((body) => JSON.parse(body))).toEqual([
      { touser: visitor, msgtype: 'text', text: { content: `${code}_from_api` } },
    ]);
  });

  test('gets an empty answer to anything else', async () => {
    const agency = await openAgency();
    expect(agency.component.publishingCheck(say('你好').request, NOW)).toEqual({
      type: 'text/plain',
      body: '',
    });
  });

  test.each<[string, Parameters<typeof say>[1]]>([
    ['another account', { account: { originalId: 'gh_0a1b2c3d4e5f' } }],
    [
      'somebody without the key',
      { account: { component: { ...COMPONENT, encodingAESKey: 'b'.repeat(43) } } },
    ],
    ['somebody without the token', { account: { component: { ...COMPONENT, token: 'guessed' } } }],
    ['another component', { account: { component: { ...COMPONENT, appid: SHOP } } }],
    ['an old time', { forgery: { timestamp: NOW / 1000 - 301 } }],
  ])('is not taken from %s', async (_, change) => {
    const agency = await openAgency();
    const { request } = say('TESTCOMPONENT_MSG_TYPE_TEXT', change);
    expect(agency.component.publishingCheck(request, NOW)).toBeUndefined();
  });
});
