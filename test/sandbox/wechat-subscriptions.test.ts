import { describe, expect, test } from 'vitest';
import { OPENID, openBench } from './wechat-bench.ts';

const path = 'message/subscribe/send';
const template = 'template-1';
const options = { templates: { [template]: ['thing1', 'time2'] }, pages: ['pages/service/index'] };

/** The example of WeChat's page. */
const message = {
  touser: OPENID,
  template_id: template,
  page: 'pages/service/index',
  data: { thing1: { value: '客服已回复您' }, time2: { value: '2026-01-02 10:11' } },
  miniprogram_state: 'formal',
  lang: 'zh_CN',
};

async function openAccepted() {
  const bench = await openBench(options);
  bench.grant();
  await bench.wechat.subscriptions.answer(bench.bridge.url, OPENID, [{ template, status: 'accept' }]);
  return bench;
}

describe('a subscription message', () => {
  test('is taken once for each time that the visitor accepted it', async () => {
    await using bench = await openAccepted();
    expect(await bench.call(path, message)).toMatchObject({ errcode: 0, errmsg: 'ok' });
    expect(await bench.call(path, message)).toMatchObject({ errcode: 43101 });
    expect(bench.wechat.subscriptions.notices.all).toMatchObject([
      {
        openid: OPENID,
        template,
        page: 'pages/service/index',
        data: { thing1: '客服已回复您', time2: '2026-01-02 10:11' },
      },
    ]);
    expect(bench.wechat.subscriptions.refusedNotices.all).toMatchObject([{ openid: OPENID, errcode: 43101 }]);
  });

  test('costs no send, and grants none', async () => {
    await using bench = await openAccepted();
    const before = bench.wechat.visitor(OPENID);
    await bench.call(path, message);
    expect(bench.wechat.visitor(OPENID)).toEqual(before);
  });

  test.each([
    [40003, { touser: 'oNobody' }],
    [40037, { template_id: 'template-2' }],
    [41030, { page: '/pages/service/index' }],
    [41030, { page: 'pages/other' }],
    [47001, { miniprogram_state: 'beta' }],
    [47001, { lang: 'de' }],
    [47001, { data: 'x' }],
    [47003, { data: { thing1: { value: 'x' } } }],
    [47003, { data: { ...message.data, thing3: { value: 'x' } } }],
    [47003, { data: { ...message.data, thing1: { value: '字'.repeat(21) } } }],
    [47003, { data: { ...message.data, thing1: { value: 'a\nb' } } }],
    [47003, { data: { ...message.data, thing1: 'x' } }],
    [47003, { data: { ...message.data, time2: { value: 'soon' } } }],
  ])('is refused with %i, and costs nothing: %#', async (errcode, change) => {
    await using bench = await openAccepted();
    expect(await bench.call(path, { ...message, ...change })).toMatchObject({ errcode });
    expect(bench.wechat.subscriptions.remaining(OPENID, template)).toBe(1);
  });

  test('whose value is wrong names its key', async () => {
    await using bench = await openAccepted();
    const wrong = { ...message, data: { ...message.data, thing1: { value: '' } } };
    expect(await bench.call(path, wrong)).toMatchObject({
      errmsg: expect.stringContaining('data.thing1.value'),
    });
  });

  test('is none that was rejected, or switched off since', async () => {
    await using bench = await openAccepted();
    const { subscriptions } = bench.wechat;
    await subscriptions.switchOff(bench.bridge.url, OPENID, [template]);
    await subscriptions.answer(bench.bridge.url, OPENID, [{ template, status: 'reject' }]);
    expect(await bench.call(path, message)).toMatchObject({ errcode: 43101 });
  });
});

describe('the events about subscription messages', () => {
  const accept = { template, status: 'accept' } as const;
  const bodiesOf = (bench: Awaited<ReturnType<typeof openBench>>) =>
    bench.bridge.calls.map(({ body }) => body.toString());

  test('in JSON have one row as an object, several as a list, and the time as a text', async () => {
    await using bench = await openBench(options);
    const { subscriptions } = bench.wechat;
    await subscriptions.answer(bench.bridge.url, OPENID, [accept]);
    await subscriptions.answer(bench.bridge.url, OPENID, [accept, { template: 'b', status: 'reject' }]);
    const [one, several] = bodiesOf(bench).map((body) => JSON.parse(body));
    const row = { TemplateId: template, SubscribeStatusString: 'accept', PopupScene: '0' };
    expect(one).toMatchObject({
      MsgType: 'event',
      Event: 'subscribe_msg_popup_event',
      FromUserName: OPENID,
      CreateTime: '1700000000',
      List: row,
    });
    expect(several.List).toEqual([row, { ...row, TemplateId: 'b', SubscribeStatusString: 'reject' }]);
  });

  test('in XML have their rows below an element of their own', async () => {
    await using bench = await openBench({ ...options, format: 'xml' });
    const { subscriptions } = bench.wechat;
    await subscriptions.answer(bench.bridge.url, OPENID, [accept]);
    await bench.call(path, message);
    const [notice] = subscriptions.notices.all;
    await subscriptions.report(bench.bridge.url, notice!, '0');
    await subscriptions.switchOff(bench.bridge.url, OPENID, [template, 'b']);
    const [popup, sent, change] = bodiesOf(bench);
    expect(popup).toMatch(/<CreateTime>1700000000<\/CreateTime>/);
    expect(popup).toMatch(/<SubscribeMsgPopupEvent><List><TemplateId>.*<\/List><\/SubscribeMsgPopupEvent>/s);
    expect(sent).toMatch(/<SubscribeMsgSentEvent><List>.*<ErrorCode><!\[CDATA\[0\]\]><\/ErrorCode>/s);
    expect(change).toMatch(/<SubscribeMsgChangeEvent><List>.*<\/List><List>.*<\/SubscribeMsgChangeEvent>/s);
  });

  test('grant no sends', async () => {
    await using bench = await openBench(options);
    await bench.wechat.subscriptions.answer(bench.bridge.url, OPENID, [accept]);
    expect(bench.wechat.visitor(OPENID)).toBeUndefined();
    expect(await bench.send('hi')).toMatchObject({ errcode: 40003 });
  });
});
