import { describe, expect, test } from 'vitest';
import type { WecomSettings } from '../../../../sandbox/vendors/wecom-kf.ts';
import { CORP, CUSTOMER, KF, NOW, OTHER } from '../desk.ts';
import { type KfScene, openKfScene } from './scene.ts';

const hour = 3_600_000;
const second = 1000;

/** A notification to the byte, as somebody else may send it. */
async function ring(
  { wecom, bellUrl }: KfScene,
  fields: Readonly<Record<string, string>> = {},
  changes: Parameters<KfScene['wecom']['prepare']>[1] = {},
): Promise<number> {
  const said = { Event: 'kf_msg_or_event', Token: 'ENCsimToken0001', OpenKfId: KF, ...fields };
  const elements = Object.entries(said).map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`);
  const message = `<xml><MsgType><![CDATA[event]]></MsgType>${elements.join('')}</xml>`;
  const { query, body } = wecom.prepare(message, changes);
  return post(`${bellUrl}?${query}`, body);
}

async function post(url: string, body: Buffer): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers: { connection: 'close' } });
  return response.status;
}

describe('a notification', () => {
  test.each<[string, Parameters<KfScene['wecom']['prepare']>[1]]>([
    ['signed with another Token', { token: 'guessed' }],
    ['of another company', { corpid: 'wwffffffffffffffff' }],
    ['that is old', { at: NOW - 301_000 }],
  ])('%s is refused, and nothing is fetched', async (_what, changes) => {
    const scene = await openKfScene();
    const before = scene.pulls().length;
    expect(await ring(scene, {}, changes)).toBe(403);
    await scene.pass(second);
    expect(scene.pulls()).toHaveLength(before);
  });

  test.each<[string, Buffer]>([
    ['no XML', Buffer.from('kf_msg_or_event')],
    ['nothing encrypted', Buffer.from(`<xml><Event>kf_msg_or_event</Event><OpenKfId>${KF}</OpenKfId></xml>`)],
  ])('that is %s is refused', async (_what, body) => {
    const scene = await openKfScene();
    const { query } = scene.wecom.prepare('<xml></xml>');
    expect(await post(`${scene.bellUrl}?${query}`, body)).toBe(403);
  });

  test('of another kf account, or about something else, is taken and fetches nothing', async () => {
    const scene = await openKfScene();
    const before = scene.pulls().length;
    expect(await ring(scene, { OpenKfId: 'wkSomebodyElse' })).toBe(200);
    expect(await ring(scene, { Event: 'kf_account_auth_change' })).toBe(200);
    await scene.pass(second);
    expect(scene.pulls()).toHaveLength(before);
  });

  test('comes to the address of a channel, and to no WeChat account’s', async () => {
    const scene = await openKfScene();
    const { query, body } = scene.wecom.prepare('<xml></xml>');
    expect(await post(`${scene.bridge.url}/wechat/shop?${query}`, body)).toBe(404);
    expect(await post(`${scene.bridge.url}/channel/nobody?${query}`, body)).toBe(404);
  });

  test('that is repeated costs an empty page, and nobody is told twice', async () => {
    const scene = await openKfScene();
    await scene.people.customerSays(CUSTOMER, '在吗');
    for (let times = 0; times < 3; times += 1) expect(await ring(scene)).toBe(200);
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test('that was lost is made up for by asking', async () => {
    const scene = await openKfScene();
    scene.people.isSilent = true;
    await scene.people.customerSays(CUSTOMER, '在吗');
    await scene.pass(299 * second);
    expect(scene.asked()).toEqual([]);
    await scene.pass(2 * second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test('whose token WeCom no longer takes is followed without it', async () => {
    const scene = await openKfScene();
    scene.people.isSilent = true;
    await scene.people.customerSays(CUSTOMER, '在吗');
    await ring(scene, { Token: 'ENClongForgotten' });
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test('while a page is fetched makes no second fetch beside it, and is not forgotten', async () => {
    const scene = await openKfScene();
    const before = scene.pulls().length;
    await Promise.all([ring(scene), ring(scene), ring(scene)]);
    scene.people.isSilent = true;
    await scene.people.customerSays(CUSTOMER, '在吗');
    await scene.people.customerSays(OTHER, '你好');
    await ring(scene);
    await scene.pass(2 * second);
    expect(scene.asked().toSorted()).toEqual(['你好', '在吗']);
    const gaps = scene
      .pulls()
      .slice(before)
      .map(({ at }, place, all) => at - (all[place - 1]?.at ?? Number.NEGATIVE_INFINITY));
    // One at a time, and so far apart as the vendor may want it.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200);
  });
});

describe('the worked examples', () => {
  const signed = { timestamp: '1700000000', nonce: '1597212914' };

  test('verify the address by what is encrypted in the question', async () => {
    const scene = await openKfScene();
    const query = new URLSearchParams({
      ...signed,
      msg_signature: '7b912f7aca730f78f51fba54f9a10038babf02f6',
      echostr: '1cdl0P8/syfHVd4zHv2lXWdpEXX7ZXgkeOcDj4N8I3OZj1iMVbX2d78WsIM/pn3kLvej6sMHuAGJvFRNLxP7Bg==',
    });
    const answer = await fetch(`${scene.bellUrl}?${query}`, { headers: { connection: 'close' } });
    expect([answer.status, await answer.text()]).toEqual([200, '6415276321842175213']);
  });

  test('ring', async () => {
    const scene = await openKfScene();
    const before = scene.pulls().length;
    const encrypted =
      'M+aFSuArn8aeLSuOqSejViLJ99/bOXKRJAqfS1W2jW58MVtAEeZuTioF6Zl6/AYiVzmzBnY8700bNbd9ZqO3sGXnQfbo89ZU5OjSeXjovjFOJKVfRk3zn0nXQqAIFbK7/aZyHZnOmlbKY0KVKww4Q93rwxFakizg9wuDpbVyqboRHm353z3iW0uNZOufVE6YydHSSuVDWj5ljZV4LVglcVTnID/Qk49pWGGvLWSfg/hYJcadboLm/DymIb8+Da7JzcJoYNkxLvOnJEyaUrGqUUbQpOttY9RfWJLxdzBEUNNZosSAK+fCQxG6y2wDxjYcLOvgWqTJwM4lngD6+s6H/hhD9kW3xuPNaExQTAiDH/nSX0frw0iZMIVrzUG5LFnWGzvDqHAzVy9kKfi0qnm+L2IvRCb9p7pZnjiSpe5e71vkT4X5VAoouZAH6HkuXT7ESyYdY9Gg+F4emyPzuLXk1A==';
    const query = new URLSearchParams({
      ...signed,
      msg_signature: 'c9a82b31916f4af4d961fd6fd9b24bc7f1b579f5',
    });
    const body = `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
    expect(await post(`${scene.bellUrl}?${query}`, Buffer.from(body))).toBe(200);
    await scene.pass(second);
    expect(scene.pulls()[before]?.body.toString()).toContain('"token":"ENCsimToken0001"');
  });
});

describe('pages', () => {
  const open = (settings: Partial<WecomSettings> = {}) => openKfScene({ wecom: settings });

  test('that are empty and say that there is more are passed over', async () => {
    const scene = await open();
    scene.people.isSilent = true;
    await scene.people.customerSays(CUSTOMER, '在吗');
    scene.wecom.giveOddPages('empty', 'empty');
    await ring(scene);
    await scene.pass(2 * second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test('that do not move are given time', async () => {
    const scene = await open();
    scene.people.isSilent = true;
    await scene.people.customerSays(CUSTOMER, '在吗');
    const before = scene.pulls().length;
    scene.wecom.giveOddPages('stuck', 'stuck', 'stuck', 'stuck');
    scene.people.isSilent = false;
    await scene.people.ring();
    await scene.pass(4 * second);
    expect(scene.pulls().length - before).toBe(3);
    expect(scene.asked()).toEqual([]);
    await scene.pass(7 * second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test('keep the order of one customer’s words', async () => {
    const scene = await open({ pageSize: 2 });
    scene.people.isSilent = true;
    const words = ['一', '二', '三', '四', '五'];
    for (const word of words) await scene.people.customerSays(CUSTOMER, word);
    await ring(scene);
    await scene.pass(10 * second);
    expect(scene.asked()).toEqual(words);
  });

  test('that come again from the beginning, as the cursor went back, bring nothing twice', async () => {
    const scene = await open();
    await scene.people.customerSays(CUSTOMER, '在吗');
    await scene.pass(second);
    scene.wecom.giveOddPages('back');
    await ring(scene);
    await scene.pass(second);
    await scene.people.customerSays(CUSTOMER, '人呢');
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗', '人呢']);
  });

  test('that WeCom does not give now are asked for later, and lose nothing', async () => {
    const scene = await open();
    const path = '/cgi-bin/kf/sync_msg';
    for (const errcode of [-1, 45009, -1]) scene.wecom.fail({ path, errcode });
    scene.wecom.fail({ path, lose: true });
    scene.wecom.fail({ path, html: true });
    await scene.people.customerSays(CUSTOMER, '在吗');
    await scene.pass(10 * 60 * second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test('with entries that nobody knows are kept, and what stands beside them arrives', async () => {
    const scene = await open();
    await scene.people.happens({ event_type: 'brand_new', external_userid: CUSTOMER });
    await scene.people.customerSays(CUSTOMER, '在吗');
    await scene.people.customerSays(CUSTOMER, { msgtype: 'meeting', content: {} });
    await scene.pass(second);
    expect(scene.asked()[0]).toBe('在吗');
    expect(scene.asked()[1]).toContain('meeting');
    expect(scene.bridge.lines.join('\n')).toContain('push.unreadable');
  });
});

describe('the first page of an account', () => {
  test('asks nobody to answer what is old, and forwards what is young', async () => {
    const scene = await openKfScene({
      before: async ({ people }) => {
        await people.customerSays(CUSTOMER, {
          msgtype: 'text',
          content: { content: '前天的' },
          at: NOW - 47 * hour,
        });
        await people.customerSays(OTHER, {
          msgtype: 'text',
          content: { content: '刚才的' },
          at: NOW - 599 * second,
        });
      },
    });
    await scene.pass(second);
    expect(scene.asked()).toEqual(['刚才的']);
    await scene.people.customerSays(CUSTOMER, '今天的');
    await scene.pass(second);
    expect(scene.asked()).toEqual(['刚才的', '今天的']);
  });

  test('is old to its last page, however many there are', async () => {
    const scene = await openKfScene({
      wecom: { pageSize: 1 },
      before: async ({ people }) => {
        for (const word of ['一', '二', '三']) {
          const content = { content: word };
          await people.customerSays(CUSTOMER, { msgtype: 'text', content, at: NOW - hour });
        }
      },
    });
    await scene.pass(10 * second);
    expect(scene.asked()).toEqual([]);
    expect(scene.pulls().length).toBeGreaterThanOrEqual(3);
  });
});

describe('a restart', () => {
  test('fetches what came while nobody listened, whatever its age', async () => {
    const scene = await openKfScene();
    await scene.people.customerSays(CUSTOMER, '在吗');
    await scene.pass(second);
    // WeCom cannot be reached for longer than what is young at the first page.
    const takeBack = scene.wecom.fail({
      path: '/cgi-bin/kf/sync_msg',
      status: 503,
      times: Number.POSITIVE_INFINITY,
    });
    await scene.people.customerSays(CUSTOMER, '人呢');
    await scene.pass(700 * second);
    takeBack();
    await scene.bridge.restart();
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗', '人呢']);
  });

  test('in the middle of a page keeps what was kept, and brings the rest', async () => {
    const scene = await openKfScene({ wecom: { pageSize: 2 } });
    scene.people.isSilent = true;
    const words = ['一', '二', '三', '四', '五', '六'];
    for (const word of words) await scene.people.customerSays(CUSTOMER, word);
    await ring(scene);
    await scene.pass(250);
    await scene.bridge.restart();
    await scene.pass(60 * second);
    expect(scene.asked()).toEqual(words);
    expect(await scene.bridge.leftOver()).toEqual([]);
  });
});
