import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preparePush } from '../../sandbox/vendors/wechat/prepared-push.ts';
import { type BridgeScene, openScene } from '../bridge/scene.ts';
import { holdStore } from '../store/test-store.ts';
import { jsonBody, safePush } from '../wechat/account.ts';
import { lineOf, unhurried } from './scenes.ts';

const visitor = 'oSim0000000000000000000user1';
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene({
    ...unhurried,
    wechat: { format: 'json' },
    wechatSettings: { format: 'json', answerBudgetMs: 500 },
  });
});
afterAll(() => scene.close());

const message = (Content: string) => ({ FromUserName: visitor, MsgType: 'text', Content });
const arrival = (words: string) => scene.qiyu.nextMessage(({ text }) => text === words);
const times = (words: string) => scene.qiyu.messages.all.filter(({ text }) => text === words).length;

/** One push, and no notice to the visitor: it was answered within the five seconds that WeChat waits. */
async function expectPrompt(pushed: ReturnType<BridgeScene['wechat']['push']>): Promise<void> {
  const { tries, verdict, isNoticed } = await pushed;
  expect({ tries, verdict, isNoticed }).toEqual({
    tries: 1,
    verdict: { kind: 'accepted', answer: 'success' },
    isNoticed: false,
  });
}

// Five seconds, three pushes, "the service is out of order".
describe('a push is answered at once', () => {
  test('while the helpdesk hangs', async () => {
    const recover = scene.qiyu.fail({ hang: true, times: Number.POSITIVE_INFINITY });
    await expectPrompt(scene.wechat.pushText(scene.pushUrl, 'oSim000000000000000hanging', '在吗'));
    recover();
  });

  test('while the picture in it hangs', async () => {
    scene.wechat.fail({ path: '/cgi-bin/media/get', hang: true });
    await expectPrompt(scene.wechat.pushImage(scene.pushUrl, 'oSim000000000000000picture', Buffer.from('x')));
  });

  test('while two hundred scanners hold their half-sent requests open', async () => {
    const { hostname, port } = new URL(scene.pushUrl);
    const sockets = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.write('POST /wechat/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc');
        return socket;
      }),
    );
    // Several at once: one alone would come over a connection that is open already.
    const words = ['挤', '得', '进', '来'];
    await Promise.all(words.map((each) => expectPrompt(scene.wechat.push(scene.pushUrl, message(each)))));
    for (const socket of sockets) socket.destroy();
    await Promise.all(words.map(arrival));
  });

  test('to a path that does not exist before its body was read', async () => {
    const { hostname, port } = new URL(scene.pushUrl);
    const socket: Socket = connect(Number(port), hostname);
    socket.write('POST /wp-login.php HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
    const [head] = await once(socket, 'data');
    socket.destroy();
    expect(String(head)).toMatch(/^HTTP\/1\.1 404 /);
  });
});

test('a push that cannot be written down in time gets no answer, so that WeChat repeats it', async () => {
  // Another program holds the store, as a person's shell might.
  const release = await holdStore(scene.store);
  const pushed = await scene.wechat.forge(scene.pushUrl, message('磁盘忙'), {});
  await release();
  expect(pushed.verdict.kind).toBe('noAnswer');
  expect((await scene.wechat.repeat(pushed)).verdict).toEqual({ kind: 'accepted', answer: 'success' });
  await arrival('磁盘忙');
  expect(times('磁盘忙')).toBe(1);
});

// The framework ate the body: it parsed by the content type, and gave {} or nothing.
describe('a push is read to the byte', () => {
  test.each([
    ['text/xml'],
    ['application/json'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data'],
    ['text/plain; charset=gbk'],
    ['nonsense'],
  ])('whatever its content type says: %s', async (type) => {
    const headers = { 'Content-Type': type };
    const pushed = await scene.wechat.forge(scene.pushUrl, message(`类型 ${type}`), { headers });
    expect(pushed.attempts[0]).toMatchObject({ status: 200, type: 'text/plain', body: 'success' });
    await arrival(`类型 ${type}`);
  });

  test('also in chunks and without a length', async () => {
    const { account } = scene.wechat;
    const common = { ToUserName: account.originalId, CreateTime: Math.floor(Date.now() / 1000), MsgId: 1n };
    const prepared = preparePush(
      account,
      { url: scene.pushUrl, now: Date.now() },
      { message: { ...common, ...message('分块') } },
    );
    const outgoing = httpRequest(prepared.url, { method: 'POST' });
    for (let at = 0; at < prepared.body.length; at += 7) outgoing.write(prepared.body.subarray(at, at + 7));
    outgoing.end();
    const [response] = await once(outgoing, 'response');
    expect([response.statusCode, await readAll(response)]).toEqual([200, 'success']);
    await arrival('分块');
  });
});

// Safe mode: "it does not work", and nobody could tell which of five things was wrong.
describe('a push that is refused', () => {
  const key = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
  test.each([
    ['another Token', { account: { token: 'another1' } }, ['msg_signature']],
    [
      'another EncodingAESKey',
      { account: { encodingAESKey: key } },
      ['padding', 'message length', 'receiver'],
    ],
    ['the appid of another account', { account: { appid: 'wx0000000000000000' } }, ['receiver']],
    ['plain mode in the console', { account: { mode: 'plain' as const } }, ['encrypted body']],
    ['a clock that is ten minutes off', { timestamp: Math.floor(Date.now() / 1000) - 600 }, ['timestamp']],
    ['a signature but no msg_signature', { query: { msg_signature: null } }, ['msg_signature']],
  ])('because of %s says so in the log', async (_cause, forgery, steps) => {
    const { bridge, wechat, pushUrl } = scene;
    const before = bridge.lines.length;
    const pushed = await wechat.forge(pushUrl, message('不该收到'), forgery);
    expect([pushed.status, pushed.body]).toEqual([403, '']);
    const line = await lineOf(bridge, (each) => {
      return each.msg === 'push.refused' && bridge.lines.indexOf(each) >= before;
    });
    expect(steps).toContain(line.step);
  });
});

test('the signature of the plain mode proves no encrypted push', async () => {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const { query, body } = safePush(jsonBody('"MsgType":"text","Content":"假的","MsgId":7'), { timestamp });
  expect((await fetch(`${scene.pushUrl}?${query}`, { method: 'POST', body })).status).toBe(200);
  query.set('msg_signature', query.get('signature') ?? '');
  expect((await fetch(`${scene.pushUrl}?${query}`, { method: 'POST', body })).status).toBe(403);
});

test('a push that declares an entity is refused, though it is signed: no file of the machine is read', async () => {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const fields = `<ToUserName>${scene.wechat.account.originalId}</ToUserName><FromUserName>${visitor}</FromUserName>
    <CreateTime>${timestamp}</CreateTime><MsgType>text</MsgType><MsgId>8</MsgId><Content>&e;</Content>`;
  const declared = `<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml>${fields}</xml>`;
  const { query, body } = safePush(declared, { timestamp });
  const response = await fetch(`${scene.pushUrl}?${query}`, { method: 'POST', body });
  expect([response.status, await response.text()]).toEqual([403, '']);
  await lineOf(scene.bridge, ({ msg, step }) => msg === 'push.refused' && step === 'document type');
});

// "Nothing arrives at all", or only that somebody entered.
test('whether WeChat reaches the bridge can be read in the log, and entering keeps nothing back', async () => {
  const { wechat, bridge, pushUrl } = scene;
  const newcomer = 'oSim00000000000000newcomer';
  expect((await wechat.verify(pushUrl)).isPassed).toBe(true);
  await wechat.pushEnter(pushUrl, newcomer, 'from-the-product-page');
  await wechat.pushText(pushUrl, newcomer, '进来了');
  await scene.qiyu.nextMessage(({ uid }) => uid === newcomer);
  await lineOf(bridge, ({ msg }) => msg === 'push.verified');
  await lineOf(bridge, ({ msg, parts }) => msg === 'push.received' && String(parts) === 'event');
  await lineOf(bridge, ({ msg, parts }) => msg === 'push.received' && String(parts) === 'text');
});
