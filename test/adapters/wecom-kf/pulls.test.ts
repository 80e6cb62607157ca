import { describe, expect, test } from 'vitest';
import { unseal, writeXml } from '../../../sandbox/vendors/wecom-kf/envelope.ts';
import { openCore } from './core.ts';
import { CORP, CUSTOMER, KF, openCompany, requestOf, settings } from './desk.ts';

async function open(given: Record<string, unknown> = {}) {
  const company = await openCompany(given);
  company.wecom.people.isSilent = true;
  return { ...company, core: openCore(company), people: company.wecom.people };
}

const bell = (token = 'ENCsimToken0001') =>
  writeXml({
    ToUserName: CORP,
    CreateTime: 1_700_000_000,
    MsgType: 'event',
    Event: 'kf_msg_or_event',
    Token: token,
    OpenKfId: KF,
  });

describe('a bell', () => {
  test('rings for the kf account, with the token that lets it be asked at once', async () => {
    const { core, wecom } = await open();
    expect(await core.callBack(requestOf(wecom.prepare(bell())))).toEqual({
      kind: 'bell',
      topic: KF,
      note: 'ENCsimToken0001',
      answer: { status: 200, type: 'text/plain', body: 'success' },
    });
  });

  test('for another kf account of the company is answered, and nothing is asked', async () => {
    const { core, wecom } = await open();
    const other = bell().replace(KF, 'wkOther');
    expect(await core.callBack(requestOf(wecom.prepare(other)))).toMatchObject({
      kind: 'events',
      events: [],
    });
  });

  test('that is forged rings nothing, whoever knows the address', async () => {
    const { core, wecom } = await open();
    const forged = [
      wecom.prepare(bell(), { token: 'guessed' }),
      wecom.prepare(bell(), { corpid: 'ww0000000000000000' }),
      { query: new URLSearchParams(), body: Buffer.from(bell()) },
      {
        ...wecom.prepare(bell()),
        body: Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'),
      },
      { ...wecom.prepare(bell()), body: Buffer.alloc(0) },
    ];
    for (const request of forged)
      expect(await core.callBack(requestOf(request))).toMatchObject({ kind: 'refused' });
  });

  test('whose body is too large is refused before it is read', async () => {
    const { core, wecom } = await open();
    const large = { ...wecom.prepare(bell()), body: Buffer.alloc(1_048_577, 'a') };
    expect(await core.callBack(requestOf(large))).toMatchObject({ kind: 'refused', answer: { status: 413 } });
  });

  test('under an earlier token and key is taken while both are known', async () => {
    const { callback } = settings;
    const { core, wecom } = await open({
      callback: {
        token: 'newToken',
        encodingAESKey: 'A'.repeat(43),
        previousTokens: [callback.token],
        previousEncodingAESKeys: [callback.encodingAESKey],
      },
    });
    expect(await core.callBack(requestOf(wecom.prepare(bell())))).toMatchObject({ kind: 'bell' });
  });

  test('that rings again brings nothing twice', async () => {
    const { core, people } = await open();
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await core.pull('ENCsim');
    const before = core.history.length;
    await core.pull();
    await core.pull();
    expect(core.history).toHaveLength(before);
  });

  test('that got lost is made up for by the next look, which comes by itself', async () => {
    const { core, people, lent } = await open({ pollSec: 60 });
    const start = await lent.adapter.wake?.('start', {
      key: 'start',
      number: 1,
      signal: new AbortController().signal,
      conversation: undefined,
      memory: { conversation: undefined, helpdesk: undefined },
      progress: null,
    });
    expect(start).toEqual({ outcome: 'accepted', watch: [{ topic: KF, afterMs: 0 }] });
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    const [page] = await core.pull();
    expect(page).toMatchObject({ more: false, watch: [{ topic: KF, afterMs: 60_000 }] });
    expect(page?.outcome === 'page' && page.events).toContainEqual(
      expect.objectContaining({ kind: 'recorded', parts: [{ kind: 'text', text: '您好' }] }),
    );
  });

  test('whose token is too old is followed without it', async () => {
    const { core, people, lent } = await open();
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    const pages = await core.pull('ENCtooOld');
    expect(pages).toMatchObject([{ outcome: 'page' }]);
    const asked = lent.calls.filter(({ name }) => name === '/cgi-bin/kf/sync_msg');
    expect(asked.map(({ body }) => 'token' in JSON.parse(String(body)))).toEqual([true, false]);
  });
});

describe('pages', () => {
  test('that are empty but say that there is more are followed', async () => {
    const { core, people, wecom } = await open();
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    wecom.giveOddPages('empty', 'empty');
    const pages = await core.pull();
    expect(pages.map((page) => page.outcome === 'page' && page.events?.length)).toEqual([0, 0, 2]);
  });

  test('that are shorter than they could be are followed by what they say, not by their length', async () => {
    const { core, people, wecom } = await open();
    wecom.changeSettings({ pageSize: 2 });
    for (const text of ['一', '二', '三', '四']) await people.servicerSays('zhangsan', CUSTOMER, text);
    const pages = await core.pull();
    expect(pages).toHaveLength(3);
    const said = pages.flatMap((page) => (page.outcome === 'page' ? (page.events ?? []) : []));
    const texts = said.flatMap((event) => (event.kind === 'recorded' ? event.parts : []));
    expect(texts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))).toEqual([
      '一',
      '二',
      '三',
      '四',
    ]);
  });

  test('that say that there is more and stand still are given time, and nothing is lost', async () => {
    const { core, people, wecom } = await open();
    await core.pull();
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    wecom.giveOddPages('stuck', 'stuck', 'stuck');
    const pages = await core.pull();
    expect(pages).toHaveLength(3);
    expect(pages.at(-1)).toMatchObject({ more: false, watch: [{ topic: KF, afterMs: 5000 }] });
    const [page] = await core.pull();
    expect(page?.outcome === 'page' && page.events).not.toEqual([]);
  });

  test('behind a cursor that went back bring nothing twice', async () => {
    const { core, people } = await open({ handoff: { mirror: 'always' } });
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, '你好');
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await core.pull();
    const [history, said] = [core.history.length, core.inChat().length];
    core.moveCursor(null);
    await core.pull();
    expect(core.history).toHaveLength(history);
    expect(core.inChat()).toHaveLength(said);
    expect(core.replies()).toHaveLength(1);
  });

  test('that are fetched at once do everything once', async () => {
    const { core, people } = await open({ handoff: { mirror: 'always' } });
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, '你好');
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await Promise.all([core.pull(), core.pull(), core.pull()]);
    expect(core.replies()).toHaveLength(1);
    expect(core.inChat()).toHaveLength(1);
  });

  test('of an account with old history are written down, and nothing old is answered', async () => {
    const { core, people, wecom, clock, lent } = await open({
      handoff: { mirror: 'always', prompt: '请稍候' },
    });
    const old = clock.now - 3_600_000;
    await people.customerSays(CUSTOMER, { msgtype: 'text', content: { content: '昨天的问题' }, at: old });
    await people.servicerSays('zhangsan', CUSTOMER, {
      msgtype: 'text',
      content: { content: '昨天的回答' },
      at: old,
    });
    await people.end(CUSTOMER);
    clock.now += 3_600_000;
    const pages = await core.pull();
    const events = pages.flatMap((page) => (page.outcome === 'page' ? (page.events ?? []) : []));
    expect(events.length).toBeGreaterThan(2);
    expect(events.filter(({ react }) => react !== undefined)).toEqual([]);
    expect(core.inChat()).toEqual([]);
    expect(wecom.messages.all).toEqual([]);
    expect(lent.calls.map(({ name }) => name)).not.toContain('/cgi-bin/kf/service_state/trans');
  });

  test('begin anew after a restart where the last one ended', async () => {
    const company = await open();
    await company.people.servicerSays('zhangsan', CUSTOMER, '一');
    const [page] = await company.core.pull();
    const next = openCore(company);
    next.moveCursor(page?.outcome === 'page' ? page.cursor : null);
    await company.people.servicerSays('zhangsan', CUSTOMER, '二');
    const [after] = await next.pull();
    const events = after?.outcome === 'page' ? (after.events ?? []) : [];
    expect(events.flatMap((event) => (event.kind === 'recorded' ? event.parts : []))).toEqual([
      { kind: 'text', text: '二' },
    ]);
  });

  test.each(['garbage', '{"at":1}', '[]', ''])(
    'behind a cursor that nobody can read (%s) are all there are',
    async (cursor) => {
      const { core, people } = await open();
      await people.servicerSays('zhangsan', CUSTOMER, '您好');
      core.moveCursor(cursor);
      expect(await core.pull()).toMatchObject([{ outcome: 'page', more: false }]);
    },
  );
});

describe('what nobody knows', () => {
  test('is kept as it came, in the conversation of the customer whom it names', async () => {
    const { core, people } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, { msgtype: 'hologram', content: { depth: 3 } });
    await people.happens({ event_type: 'customer_waved', external_userid: CUSTOMER, hand: 'left' });
    await people.happens({ event_type: 'company_moved' });
    const pages = await core.pull();
    const kept = core.history.flatMap(({ event: { kind, extra } }) =>
      JSON.stringify(extra ?? '').includes('"raw"') ? [[kind, JSON.stringify(extra)]] : [],
    );
    expect(kept).toEqual([
      ['recorded', expect.stringContaining('depth')],
      ['unsupported', expect.stringContaining('left')],
    ]);
    const events = pages.flatMap((page) => (page.outcome === 'page' ? (page.events ?? []) : []));
    expect(events).toContainEqual(
      expect.objectContaining({ vendorKind: 'event:company_moved', visitor: null }),
    );
    expect(pages.at(-1)).toMatchObject({ more: false });
  });
});

/** WeCom's codes, as a page meets them. */
test.each([
  [-1, undefined, false],
  [45009, 60_000, false],
  [45033, 1000, false],
  [40001, 60_000, true],
  [48002, 60_000, true],
  [60011, 60_000, true],
  [60020, 60_000, true],
  [95000, 60_000, true],
  [95004, 60_000, true],
  [95011, 60_000, true],
  [95012, 60_000, true],
  [95017, 60_000, true],
  [40058, 60_000, false],
  [99999, 60_000, false],
])('a page that meets %i comes later', async (errcode, afterMs, alarms) => {
  const { core, wecom } = await open();
  wecom.fail({ errcode, path: '/cgi-bin/kf/sync_msg', times: Number.POSITIVE_INFINITY });
  const [page] = await core.pull();
  expect(page).toMatchObject({ outcome: 'later', code: String(errcode), ...(afterMs && { afterMs }) });
  expect(page?.alarm !== undefined).toBe(alarms);
});

test('pages that come too often wait longer each time, up to a quarter of an hour, until one came', async () => {
  const { core, people, wecom } = await open();
  await people.servicerSays('zhangsan', CUSTOMER, '一');
  await core.pull();
  wecom.fail({ errcode: 45009, path: '/cgi-bin/kf/sync_msg', times: 6 });
  const pauses: unknown[] = [];
  for (let times = 0; times < 6; times += 1) {
    const [page] = await core.pull();
    pauses.push(page?.outcome === 'later' && page.afterMs);
  }
  expect(pauses).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
  await people.servicerSays('zhangsan', CUSTOMER, '二');
  const [next] = await core.pull();
  expect(next?.outcome === 'page' && next.events).toMatchObject([{ parts: [{ kind: 'text', text: '二' }] }]);
  wecom.fail({ errcode: 45009, path: '/cgi-bin/kf/sync_msg' });
  expect(await core.pull()).toMatchObject([{ outcome: 'later', afterMs: 60_000 }]);
});

test('what a bell says can be read by whoever has the key', async () => {
  const { wecom } = await open();
  const [, sealed = ''] = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(wecom.prepare(bell()).body.toString()) ?? [];
  expect(unseal({ encodingAESKey: settings.callback.encodingAESKey, corpid: CORP }, sealed)).toBe(bell());
});
