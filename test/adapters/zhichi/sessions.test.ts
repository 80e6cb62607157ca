import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/ports/helpdesk.ts';
import {
  attemptOf,
  CID,
  CONNECTED,
  callback,
  callsOf,
  code,
  example,
  item,
  LOST,
  NOT_CONNECTED,
  openDesk,
  PARTNER,
  SENT,
  sentOf,
} from './desk.ts';

const about = (type: number, fields: object = {}) =>
  callback({ type, partnerId: PARTNER, cid: CID, ts: 1_700_000_500_000, ...fields });
const codeOf = (delivery: Delivery) => ('code' in delivery ? delivery.code : undefined);

describe('a request for an agent', () => {
  test('that is met goes before the message, and is not repeated for the next', async () => {
    const desk = openDesk();
    const [connected, carried] = await desk.say('一');
    expect(connected).toMatchObject({
      outcome: 'more',
      bind: [`cid:${CID}`, 'uid:v01'],
      events: [
        {
          kind: 'sessionStarted',
          session: CID,
          by: 'agent',
          agent: { id: 'ag01', name: '小李', avatar: 'https://img.example/a.png' },
        },
        { kind: 'noted' },
      ],
    });
    expect(carried).toMatchObject({ outcome: 'accepted', vendorId: expect.any(String) });
    await desk.say('二', { key: 'm_2' });
    expect(desk.names()).toEqual(['token', 'connect', 'send', 'send']);
    expect(desk.serving()).toBe('agent');
  });

  test.each([
    ['a group goes without the agent of the settings', { group: 'g2' }, { groupid: 'g2' }],
    ['an agent without their group', { agent: 'a2' }, { agentid: 'a2', tran_flag: 1 }],
    ['a priority changes nobody', { priority: 5 }, { groupid: 'g', agentid: 'a', tran_flag: 1 }],
  ])('asks for whom a rule names: %s', async (_what, routing, asked) => {
    const settings = { groupId: 'g', agentId: 'a', agentOnly: true, profile: { nick: '', params: {} } };
    const desk = openDesk({}, settings);
    await desk.say('一', { routing });
    const { groupid, agentid, tran_flag } = sentOf(desk, 'connect')[0] as Record<string, unknown>;
    expect(JSON.parse(JSON.stringify({ groupid, agentid, tran_flag }))).toEqual(asked);
  });

  test('names group, agent, channel and source as the settings say', async () => {
    const desk = openDesk(
      {},
      {
        groupId: 'g',
        agentId: 'a',
        agentOnly: true,
        channelFlag: 7,
        source: 17,
        profile: { nick: '', params: {} },
      },
    );
    await desk.say('一');
    expect(sentOf(desk, 'connect')).toEqual([
      { partnerid: PARTNER, source: 17, channel_flag: 7, groupid: 'g', agentid: 'a', tran_flag: 1 },
    ]);
    const official = openDesk({}, {}, undefined, 'service');
    await official.say('一');
    expect(sentOf(official, 'connect')[0]).toMatchObject({
      source: 1,
      params: '{"来源":"公众号 wx1a2b3c4d5e6f7a8b"}',
    });
  });

  test('status 4 is an agent too, also as text and by another spelling of the envelope', async () => {
    const answer = {
      kind: 'answer',
      status: 200,
      headers: {},
      body: Buffer.from('{"retCode":"0","retMsg":"ok","item":{"status":"4","cid":"c4"}}'),
    } as const;
    const desk = openDesk({ connect: answer });
    expect(await desk.said('一')).toMatchObject({ outcome: 'accepted' });
    expect(desk.bound).toEqual(['cid:c4']);
  });

  test('status -1 is settled by the message itself, which is sent once', async () => {
    const desk = openDesk({ connect: item({ status: -1 }) });
    expect(await desk.said('一')).toMatchObject({ outcome: 'accepted' });
    expect(desk.serving()).toBe('agent');
  });

  test('status -1 with nobody behind it is a request under way at first, and then the queue', async () => {
    const desk = openDesk({ connect: item({ status: -1 }), send: NOT_CONNECTED });
    for (const number of [1, 2, 3]) {
      expect(await desk.said('一', { number })).toMatchObject({
        outcome: 'later',
        untilEvent: true,
        afterMs: 3000,
      });
    }
    expect(desk.serving()).toBe('nobody');
    expect(await desk.said('一', { number: 4 })).toMatchObject({ outcome: 'later', code: 'queued' });
    expect(desk.serving()).toBe('queue');
  });

  test('status 3 refuses the message of a visitor on the blacklist', async () => {
    const desk = openDesk({ connect: item({ status: 3 }) });
    expect(await desk.said('一')).toEqual({ outcome: 'refused', code: 'blacklisted', isSilent: true });
  });

  test('status 5 asks once more, and then later', async () => {
    const once = openDesk({ connect: [item({ status: 5 }), CONNECTED] });
    expect(await once.said('一')).toMatchObject({ outcome: 'accepted' });
    const twice = openDesk({ connect: item({ status: 5 }) });
    expect(await twice.said('一')).toMatchObject({ outcome: 'later', afterMs: 3000 });
    expect(callsOf(twice, 'connect')).toHaveLength(2);
  });

  test('status 6 asks for anybody, unless nobody else will do', async () => {
    const desk = openDesk({ connect: [item({ status: 6 }), CONNECTED] }, { agentId: 'a' });
    expect(await desk.said('一')).toMatchObject({ outcome: 'accepted' });
    expect(sentOf(desk, 'connect').map(({ agentid }) => agentid)).toEqual(['a', undefined]);
    const only = openDesk({ connect: item({ status: 6 }) }, { agentId: 'a', agentOnly: true });
    expect(await only.said('一')).toMatchObject({ outcome: 'later', because: 'nobody' });
    expect(callsOf(only, 'connect')).toHaveLength(1);
  });

  test.each([42, undefined])(
    'status %s, which nobody knows, is asked again three times, then told',
    async (status) => {
      const desk = openDesk({ connect: item({ status }) });
      const first = await desk.said('一');
      expect(first).toMatchObject({ outcome: 'later', because: 'message', afterMs: 5000, atMost: 4 });
      expect(first.alarm).toBeUndefined();
      expect((await desk.said('一', { number: 4 })).alarm).toContain('chat_connect');
    },
  );

  test('whose answer is lost is repeated: the message was not sent', async () => {
    const desk = openDesk({ connect: LOST });
    expect(await desk.said('一')).toMatchObject({ outcome: 'later', because: 'vendor' });
    expect(desk.names()).toEqual(['token', 'connect']);
    const excepted = openDesk({ connect: code('999999') });
    expect(await excepted.said('一')).toMatchObject({ outcome: 'later', because: 'message' });
  });
});

describe('a message that finds no session', () => {
  test('asks for an agent afresh, once, and is sent once', async () => {
    const desk = openDesk({ send: [SENT, NOT_CONNECTED, SENT] });
    await desk.say('一');
    expect(await desk.said('二', { key: 'm_2' })).toMatchObject({ outcome: 'accepted' });
    expect(desk.names()).toEqual(['token', 'connect', 'send', 'send', 'connect', 'send']);
    expect(desk.serving()).toBe('agent');
  });

  test('also behind the agent that was just given comes later, three times, and then somebody is told', async () => {
    const desk = openDesk({ send: NOT_CONNECTED });
    const deliveries = await desk.say('一');
    expect(desk.names()).toEqual(['token', 'connect', 'send', 'connect', 'send']);
    const last = deliveries.at(-1)!;
    expect(last).toMatchObject({ outcome: 'later', because: 'message', afterMs: 3000, atMost: 4 });
    const progress = { piece: 0, isConnected: true, isReconnected: true };
    expect(deliveries.at(-2)).toMatchObject({ outcome: 'more', progress });
    expect((await desk.said('一', { progress, number: 3 })).alarm).toBeUndefined();
    expect((await desk.said('一', { progress, number: 4 })).alarm).toContain('status 2');
  });

  test('goes on where it was, with all its pieces', async () => {
    const desk = openDesk({ send: [SENT, NOT_CONNECTED, SENT] }, { maxTextChars: 2 });
    expect(await desk.said('一二三四')).toMatchObject({ outcome: 'accepted' });
    expect(sentOf(desk, 'send').map(({ content }) => content)).toEqual(['一二', '三四', '三四']);
  });
});

describe('what is remembered', () => {
  test('is a session that an agent’s message proves', async () => {
    const desk = openDesk();
    desk.push(callback(example));
    expect(desk.serving()).toBe('agent');
    await desk.say('你好');
    expect(desk.names()).toEqual(['token', 'send']);
  });

  test('ends with the session that stands, and with no other', async () => {
    const desk = openDesk();
    await desk.say('一');
    desk.push(about(204, { status: 2, cid: 'another' }));
    expect(desk.serving()).toBe('agent');
    desk.push(about(204, { status: 6 }));
    expect(desk.serving()).toBe('agent');
    desk.push(about(204, { status: 2 }));
    expect(desk.serving()).toBe('nobody');
  });

  test('does not begin again with what the agent wrote before or after the end', async () => {
    const desk = openDesk();
    await desk.say('一');
    desk.push(about(204, { status: 2 }));
    desk.push(callback({ ...example, msgId: 'late' }));
    expect(desk.serving()).toBe('nobody');
    const { cid: _, ...unnamed } = example;
    desk.push(callback({ ...unnamed, msgId: 'early' }));
    expect(desk.serving()).toBe('nobody');
    desk.push(callback({ ...example, msgId: 'new', cid: 'c2', ts: 1_700_000_600_000 }));
    expect(desk.serving()).toBe('agent');
  });

  test('begins by a pushed start, unless it came after its end', () => {
    const desk = openDesk();
    desk.push(about(200, { aname: '小李' }));
    expect(desk.serving()).toBe('agent');
    const late = openDesk();
    late.push(about(204, { status: 2 }));
    late.push(about(200, { aname: '小李' }));
    expect(late.serving()).toBe('nobody');
  });

  test('is what an answer says, whatever was heard before', async () => {
    const desk = openDesk();
    desk.push(about(204, { status: 2 }));
    await desk.say('一');
    expect(desk.serving()).toBe('agent');
  });

  test('stays with a visitor who is passed on', async () => {
    const desk = openDesk();
    await desk.say('一');
    desk.push(about(210, { name: '小王' }));
    expect(desk.serving()).toBe('agent');
    await desk.say('二', { key: 'm_2' });
    expect(callsOf(desk, 'connect')).toHaveLength(1);
  });
});

describe('an action', () => {
  test('asks for an agent, with whatever it comes to', async () => {
    const ask = async (status: number, fields: object = {}) => {
      const desk = openDesk({ connect: item({ status, ...fields }) });
      const delivery = await desk.adapter.askForAgent!(attemptOf(undefined));
      desk.fold(delivery.events);
      return [delivery.outcome, desk.serving(), codeOf(delivery)];
    };
    expect(await ask(1, { cid: CID })).toEqual(['accepted', 'agent', undefined]);
    expect(await ask(-1)).toEqual(['accepted', 'nobody', undefined]);
    expect(await ask(0, { count: 3 })).toEqual(['accepted', 'queue', undefined]);
    expect(await ask(2)).toEqual(['accepted', 'nobody', undefined]);
    expect(await ask(3)).toEqual(['refused', 'nobody', 'blacklisted']);
  });

  test.each<[number, string, string | undefined]>([
    [1, 'accepted', undefined],
    [2, 'accepted', undefined],
    [0, 'later', 'rating failed'],
    [3, 'refused', 'no session to rate'],
  ])('rates: status %i is %s', async (status, outcome, because) => {
    const desk = openDesk({ rate: item({ status, cid: CID }) });
    const [option] = desk.adapter.ratingOptions!(undefined, CID);
    const delivery = await desk.adapter.rate!({ session: CID, option: option! }, attemptOf(undefined));
    expect([delivery.outcome, codeOf(delivery)]).toEqual([outcome, because]);
    if (status === 0) expect(delivery).toMatchObject({ because: 'message', atMost: 2 });
  });

  test('rates from 5 to 1, best first, and says what was solved where that is wanted', async () => {
    const desk = openDesk({ rate: item({ status: 1 }) }, { ratingSolved: true });
    for (const option of desk.adapter.ratingOptions!(undefined, CID)) {
      await desk.adapter.rate!({ session: CID, option }, attemptOf(undefined));
    }
    expect(sentOf(desk, 'rate').map(({ score, solved }) => [score, solved])).toEqual([
      [5, 1],
      [4, 1],
      [3, undefined],
      [2, 0],
      [1, 0],
    ]);
    const wrong = { session: CID, option: { id: '6', label: '?' } };
    expect(await desk.adapter.rate!(wrong, attemptOf(undefined))).toMatchObject({ outcome: 'refused' });
  });

  test('whose answer is lost is repeated', async () => {
    const desk = openDesk({ rate: LOST, leave: LOST });
    const option = { id: '5', label: '非常满意' };
    const rated = await desk.adapter.rate!({ session: CID, option }, attemptOf(undefined));
    const left = await desk.adapter.closeSession!(attemptOf(undefined));
    for (const delivery of [rated, left])
      expect(delivery).toMatchObject({ outcome: 'later', because: 'vendor' });
  });

  test('ends the session', async () => {
    const desk = openDesk({ leave: [item({ status: 1 }), item({ status: 0 })] });
    expect(await desk.adapter.closeSession!(attemptOf(undefined))).toEqual({ outcome: 'accepted' });
    expect(sentOf(desk, 'leave')).toEqual([{ partnerid: PARTNER }]);
    expect(await desk.adapter.closeSession!(attemptOf(undefined))).toMatchObject({ outcome: 'refused' });
  });

  test('without a visitor does nothing', async () => {
    const desk = openDesk();
    const context = { ...attemptOf(undefined), conversation: undefined };
    expect(await desk.adapter.askForAgent!(context)).toEqual({ outcome: 'accepted' });
    expect(desk.calls).toEqual([]);
  });
});

test('a visitor is known by his id, in whatever case Zhichi gives it back', () => {
  const { adapter } = openDesk();
  expect(adapter.visitorIds(attemptOf(undefined).conversation)).toEqual([PARTNER, PARTNER.toLowerCase()]);
});
