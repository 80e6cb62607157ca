import { describe, expect, test } from 'vitest';
import type { Account } from '../../sandbox/vendors/wechat.ts';
import { empty } from './bridge-double.ts';
import { account, NOW, OPENID, openBench, post } from './wechat-bench.ts';

const swap = { ToUserName: OPENID, FromUserName: account.originalId, CreateTime: NOW / 1000 };
const json = JSON.stringify({ ...swap, MsgType: 'transfer_customer_service' });
const xml = `<xml><ToUserName>${OPENID}</ToUserName><FromUserName>${account.originalId}</FromUserName><CreateTime>1700000000</CreateTime><MsgType>transfer_customer_service</MsgType></xml>`;
const named = xml.replace('</xml>', '<TransInfo><KfAccount>kf2@shop</KfAccount></TransInfo></xml>');
const agents = [
  { account: 'kf1@shop', nick: '小李' },
  { account: 'kf2@shop', nick: '小王', isOnline: false },
];

async function open(body: string, options: Partial<Account> = {}) {
  const bench = await openBench({ agents, ...options });
  const { wechat, bridge, clock } = bench;
  bridge.answer = () => ({ ...empty, body });
  const write = (text: string) => wechat.pushText(bridge.url, OPENID, text);
  const read = () => wechat.official.lines.map(({ by, text }) => `${by}: ${text}`);
  const get = async (path: string) => {
    const answer = await fetch(`${wechat.url}${path}?access_token=${await bench.freshToken()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const callAt = async (path: string, body: object) =>
    post(wechat, `${path}?access_token=${await bench.freshToken()}`, body);
  return Object.assign(bench, { official: wechat.official, write, read, get, callAt, clock });
}

describe('a hand-over', () => {
  test('makes the visitor wait, and agents see what was handed over alone', async () => {
    await using bench = await open(json);
    await bench.write('one');
    bench.bridge.answer = () => ({ ...empty, body: 'success' });
    await bench.write('missed');
    expect(bench.official.waiting).toEqual([OPENID]);
    expect(bench.read()).toEqual(['visitor: one']);
  });

  test('that is repeated is seen once', async () => {
    await using bench = await open(json);
    await bench.wechat.repeat(await bench.write('one'));
    expect(bench.read()).toEqual(['visitor: one']);
  });

  test.each([
    ['xml in an account of JSON', xml, {}, 'transfer'],
    ['xml where JSON is known to be wanted', xml, { transferInner: 'json' }, 'illegal'],
    ['json in an account of JSON', json, {}, 'transfer'],
    ['json where xml is known to be wanted', json, { transferInner: 'xml' }, 'illegal'],
    ['json in an account of XML', json, { format: 'xml' }, 'illegal'],
    ['an agent in a mini-program', named, {}, 'illegal'],
    ['an agent in an official account', named, { kind: 'service', format: 'xml' }, 'transfer'],
    ['no agent', named.replaceAll('KfAccount', 'Kf'), { kind: 'service', format: 'xml' }, 'illegal'],
  ] as const)('of %s', async (_name, body, options, kind) => {
    await using bench = await open(body, options);
    expect((await bench.write('a')).verdict.kind).toBe(kind);
  });
});

describe('an agent of the official tool', () => {
  test('takes nobody who does not wait', async () => {
    await using bench = await open('success');
    await bench.write('one');
    expect(() => bench.official.take(OPENID)).toThrow('to wait');
  });

  test('takes nobody who waits for another', async () => {
    await using bench = await open(named, { kind: 'service', format: 'xml' });
    await bench.write('one');
    expect(() => bench.official.take(OPENID, 'kf1@shop')).toThrow('kf2@shop');
    await bench.official.take(OPENID, 'kf2@shop');
    expect(bench.official.isServed(OPENID)).toBe(true);
  });

  test('has the visitor to himself until he lets him go, or half an hour is over', async () => {
    await using bench = await open(json);
    await bench.write('one');
    await bench.official.take(OPENID);
    expect(await bench.write('two')).toMatchObject({ tries: 0, verdict: { kind: 'notPushed' } });
    bench.official.say(OPENID, 'yes');
    await bench.official.close(OPENID);
    expect(await bench.write('three')).toMatchObject({ tries: 1 });
    await bench.official.take(OPENID);
    bench.clock.now += 30 * 60_000;
    expect(await bench.write('four')).toMatchObject({ tries: 1 });
    expect(bench.read()).toEqual([
      'visitor: one',
      'visitor: two',
      'agent: yes',
      'visitor: three',
      'visitor: four',
    ]);
  });

  test('shares what the visitor allows with whoever sends', async () => {
    await using bench = await open(json);
    await bench.write('one');
    await bench.official.take(OPENID);
    for (let sends = 0; sends < 5; sends += 1) bench.official.say(OPENID, 'yes');
    expect(() => bench.official.say(OPENID, 'yes')).toThrow('45047');
    expect(await bench.send('a')).toMatchObject({ errcode: 45047 });
  });

  test('is told of by events in an official account alone', async () => {
    await using bench = await open(xml, { kind: 'service', format: 'xml' });
    await bench.write('one');
    bench.bridge.answer = () => empty;
    const told = [
      await bench.official.take(OPENID),
      await bench.official.pass(OPENID, 'kf2@shop'),
      await bench.official.close(OPENID),
    ];
    expect(told.map((pushed) => pushed?.message)).toMatchObject([
      { Event: 'kf_create_session', KfAccount: 'kf1@shop' },
      { Event: 'kf_switch_session', FromKfAccount: 'kf1@shop', ToKfAccount: 'kf2@shop' },
      { Event: 'kf_close_session', KfAccount: 'kf2@shop', CloseType: 'KF' },
    ]);
    await using mini = await open(json);
    await mini.write('one');
    expect(await mini.official.take(OPENID)).toBeUndefined();
  });
});

describe('the API of the official tool', () => {
  const lists = ['/cgi-bin/customservice/getkflist', '/cgi-bin/customservice/getonlinekflist'];
  const records = 'msgrecord/getmsglist';

  test('has all agents, and those who are online', async () => {
    await using bench = await open('', { kind: 'service' });
    const [all, online] = [await bench.get(lists[0]!), await bench.get(lists[1]!)];
    expect(all).toMatchObject({
      kf_list: [{ kf_account: 'kf1@shop', kf_id: '1001' }, { kf_account: 'kf2@shop' }],
    });
    expect(online).toMatchObject({ kf_online_list: [{ kf_account: 'kf1@shop', status: 1 }] });
    expect(online.kf_online_list).toHaveLength(1);
  });

  test('is none for a mini-program', async () => {
    await using bench = await open('');
    for (const path of lists) expect(await bench.get(path)).toMatchObject({ errcode: 48001 });
  });

  test('has what was said, page by page', async () => {
    await using bench = await open(xml, { kind: 'service', format: 'xml' });
    await bench.write('one');
    await bench.official.take(OPENID);
    bench.official.say(OPENID, 'yes');
    const ask = (change: object) =>
      bench.callAt(`/customservice/${records}`, {
        starttime: NOW / 1000 - 10,
        endtime: NOW / 1000,
        msgid: 1,
        number: 1,
        ...change,
      });
    const row = { openid: OPENID, time: NOW / 1000 };
    expect(await ask({})).toMatchObject({ recordlist: [{ ...row, opercode: 2003, text: 'one' }], msgid: 2 });
    expect(await ask({ msgid: 2 })).toMatchObject({
      recordlist: [{ ...row, opercode: 2002, text: 'yes', worker: 'kf1@shop' }],
      number: 1,
      msgid: 3,
    });
    expect(await ask({ msgid: 3 })).toMatchObject({ recordlist: [], number: 0 });
    expect(await ask({ starttime: NOW / 1000 - 86_401 })).toMatchObject({ errcode: 65417 });
    for (const wrong of [{ number: 10_001 }, { msgid: 0 }, { endtime: 1 }, { starttime: '1' }]) {
      expect(await ask(wrong)).toMatchObject({ errcode: 65416 });
    }
    bench.official.changeAgents([]);
    expect(await ask({})).toMatchObject({ errcode: 65400 });
  });
});
