import { describe, expect, test } from 'vitest';
import type { PullPage } from '../../../src/ports/helpdesk.ts';
import {
  attemptOf,
  CID,
  COMPANY,
  callback,
  type Desk,
  example,
  FORWARD_KEY,
  item,
  items,
  NOT_SENT,
  NOW,
  openDesk,
  PARTNER,
  SECRET,
  sentOf,
  status,
} from './desk.ts';

const minute = 60_000;
const said = (msg: string, t: number, fields: object = {}) => ({
  cid: CID,
  sender_type: 2,
  sender_name: '小李',
  sender_face: 'https://img.example/a.png',
  receiver_type: 0,
  msg,
  msg_type: 0,
  t: String(t),
  ...fields,
});
const wordsIn = (page: PullPage) =>
  (page.outcome === 'page' ? (page.events ?? []) : []).flatMap((event) =>
    event.kind === 'message' ? event.parts.map((part) => (part.kind === 'text' ? part.text : part.kind)) : [],
  );
const cursorOf = (page: PullPage) => (page.outcome === 'page' ? page.cursor : null);
const watchOf = (page: PullPage) => (page.outcome === 'page' ? page.watch : undefined);
const end = (status: number) => callback({ type: 204, partnerId: PARTNER, cid: CID, status, ts: NOW });

describe('the record', () => {
  /** A desk in record mode, with an agent at work, whose record has these entries in turn. */
  async function open(pages: readonly (readonly object[])[], settings: Record<string, unknown> = {}) {
    const desk = openDesk({ record: pages.map((page) => items(page)) }, { replies: 'record', ...settings });
    await desk.say('你好');
    return desk;
  }

  test('is watched from the moment an agent is asked for', async () => {
    const desk = openDesk({}, { replies: 'record' });
    const [connected, carried] = await desk.say('你好');
    for (const delivery of [connected, carried]) {
      expect(delivery?.watch).toEqual([{ topic: 'record', afterMs: 5000 }]);
    }
  });

  test('brings what agents wrote, in order, once, and again before its cursor', async () => {
    const first = [said('一', NOW), said('二', NOW + 2)];
    const late = [...first, said('晚', NOW + 1), said('三', NOW + 3)];
    const desk = await open([first, late, late]);
    const page = await desk.pull('record');
    expect(wordsIn(page)).toEqual(['一', '二']);
    expect(page).toMatchObject({ events: [{ from: { role: 'agent', name: '小李' } }, {}], more: false });
    const next = await desk.pull('record', cursorOf(page));
    expect(wordsIn(next)).toEqual(['晚', '三']);
    expect(wordsIn(await desk.pull('record', cursorOf(next)))).toEqual([]);
    expect(wordsIn(await desk.pull('record', cursorOf(page)))).toEqual(['晚', '三']);
  });

  test('keeps in its cursor what was said within a minute, and of the session before', async () => {
    const many = Array.from({ length: 50 }, (_, index) => said(`${index}`, NOW + index * 10_000));
    const other = said('新', NOW + 500_000, { cid: 'c2' });
    const desk = await open([many, [other], many]);
    const page = await desk.pull('record');
    const keysIn = (of: typeof page): readonly string[] => JSON.parse(cursorOf(of) ?? '{}').keys;
    expect(keysIn(page)).toHaveLength(7);
    const next = await desk.pull('record', cursorOf(page));
    expect(keysIn(next)).toHaveLength(8);
    expect(wordsIn(await desk.pull('record', cursorOf(next)))).toEqual([]);
  });

  test('tells equal words of one moment apart', async () => {
    const desk = await open([[said('好', NOW), said('好', NOW)]]);
    const page = await desk.pull('record');
    expect(wordsIn(page)).toEqual(['好', '好']);
    const keys = page.outcome === 'page' ? page.events?.map((event) => event.keys[0]) : [];
    expect(new Set(keys).size).toBe(2);
  });

  test('tells nothing of an old session, nor what comes more than a minute late', async () => {
    const desk = await open([
      [said('旧', NOW - 5001), said('新', NOW - 4000)],
      [said('新', NOW - 4000), said('后', NOW + 2 * minute), said('太晚', NOW + minute - 1)],
    ]);
    const page = await desk.pull('record');
    expect(wordsIn(page)).toEqual(['新']);
    const next = await desk.pull('record', cursorOf(page));
    expect(wordsIn(next)).toEqual(['太晚', '后']);
    const third = openDesk({ record: items([said('太晚', NOW + minute - 1)]) }, { replies: 'record' });
    expect(wordsIn(await third.pull('record', cursorOf(next)))).toEqual([]);
  });

  test('leaves the visitor and the robot out, unless the robot is wanted', async () => {
    const page = [said('在吗', NOW, { sender_type: 0 }), said('您好', NOW, { sender_type: 1 })];
    expect(wordsIn(await (await open([page])).pull('record'))).toEqual([]);
    const told = await (await open([page], { recordRobot: true })).pull('record');
    expect(told).toMatchObject({ events: [{ from: { role: 'robot' }, automatic: true }] });
  });

  test('is found under item, too, and brings pictures', async () => {
    const desk = await open([]);
    const list = [said('https://a.example/1.png', NOW, { msg_type: 1 })];
    const other = openDesk(
      {
        record: {
          ...item({}),
          body: Buffer.from(JSON.stringify({ ret_code: '000000', item: list })),
        } as never,
      },
      { replies: 'record' },
    );
    expect(wordsIn(await other.pull('record'))).toEqual(['image']);
    expect(desk.serving()).toBe('agent');
  });

  test('is read often while an agent serves, slowly in silence and after the end, then no more', async () => {
    const desk = await open([[]]);
    expect(watchOf(await desk.pull('record'))).toEqual([{ topic: 'record', afterMs: 5000 }]);
    const pauses: unknown[] = [];
    for (const minutes of [29, 1, 89, 1, 1319, 1]) {
      desk.clock.now += minutes * minute;
      pauses.push(watchOf(await desk.pull('record'))?.[0]?.afterMs);
    }
    expect(pauses).toEqual([5000, 30_000, 30_000, 300_000, 300_000, undefined]);
    const ended = await open([[]]);
    ended.push(end(2));
    ended.clock.now += 29 * minute;
    expect(watchOf(await ended.pull('record'))).toEqual([{ topic: 'record', afterMs: 30_000 }]);
    expect(sentOf(ended, 'record')).toMatchObject([{ cid: CID }]);
    ended.clock.now += minute;
    expect(watchOf(await ended.pull('record'))).toBeUndefined();
  });

  test('is read often again once somebody says something, be it the visitor', async () => {
    const desk = await open([[said('在吗', NOW + 60 * minute, { sender_type: 0 })]]);
    desk.clock.now += 61 * minute;
    expect(watchOf(await desk.pull('record'))).toEqual([{ topic: 'record', afterMs: 5000 }]);
  });

  test('is read slowly in the queue, for whatever session comes next', async () => {
    const answers = { connect: item({ status: 0, count: 2 }), record: items([said('您好', NOW + 1000)]) };
    const desk = openDesk(answers, { replies: 'record' });
    desk.push(callback({ type: 200, partnerId: PARTNER, cid: 'c0' }));
    desk.push(callback({ type: 204, status: 2, partnerId: PARTNER, cid: 'c0' }));
    const delivery = (await desk.say('你好')).at(-1);
    expect(delivery?.watch).toEqual([{ topic: 'record', afterMs: 30_000 }]);
    desk.clock.now += 30_000;
    const page = await desk.pull('record');
    expect(sentOf(desk, 'record')).toEqual([{ partnerid: PARTNER, from: 0 }]);
    expect(wordsIn(page)).toEqual(['您好']);
    expect(desk.serving()).toBe('agent');
    const still = openDesk({ ...answers, record: items([]) }, { replies: 'record' });
    await still.say('你好');
    expect(watchOf(await still.pull('record'))).toEqual([{ topic: 'record', afterMs: 30_000 }]);
    expect((await openDesk(answers).say('你好')).at(-1)).not.toHaveProperty('watch');
  });

  test('that is late behind three bells in an hour is told', async () => {
    const desk = await open([[]]);
    const ring = async (number: number) => {
      const noteAt = desk.clock.now;
      desk.clock.now += 29_000;
      const early = await desk.pull('record', null, { note: 'push', noteAt });
      expect(early).not.toHaveProperty('alarm');
      desk.clock.now += 1000;
      const page = await desk.pull('record', cursorOf(early), { note: 'push', noteAt });
      expect('alarm' in page && page.alarm !== undefined, `bell ${number}`).toBe(number >= 3);
      // A bell is judged once.
      desk.clock.now += minute;
      const after = await desk.pull('record', cursorOf(page), { note: 'push', noteAt });
      expect(after).not.toHaveProperty('alarm');
    };
    for (const number of [1, 2, 3]) await ring(number);
  });

  test('is looked into again for what a bell rang for, whatever was known, and then for what follows', async () => {
    const pages = [[], [said('补一句', NOW - 50_000, { cid: 'c2' })]].map((page) => items(page));
    const desk = openDesk({ record: [pages[0]!, pages[1]!] }, { replies: 'record' });
    const first = await desk.pull('record', null, { note: 'push', noteAt: NOW });
    expect(watchOf(first)).toEqual([{ topic: 'record', afterMs: 5000 }]);
    const page = await desk.pull('record', cursorOf(first), { note: 'push', noteAt: NOW });
    expect(wordsIn(page)).toEqual(['补一句']);
    expect(watchOf(page)).toEqual([{ topic: 'record', afterMs: 5000 }]);
    expect(desk.serving()).toBe('agent');
  });

  test('of the last session is read where a bell rang and the known one has nothing', async () => {
    const pages = [items([]), items([said('另一个会话', NOW, { cid: 'c2' })])];
    const desk = openDesk({ record: pages }, { replies: 'record' });
    await desk.say('你好');
    expect(wordsIn(await desk.pull('record', null, { note: 'push', noteAt: NOW }))).toEqual(['另一个会话']);
    expect(sentOf(desk, 'record').map(({ cid }) => cid)).toEqual([CID, undefined]);
  });

  test('that has what a bell rang for is in time', async () => {
    const desk = await open([[said('一', NOW)]]);
    const page = await desk.pull('record', null, { note: 'push', noteAt: NOW });
    desk.clock.now += minute;
    await desk.pull('record', cursorOf(page), { note: 'push', noteAt: NOW });
    expect(desk.events.some(({ visitor }) => visitor === null)).toBe(false);
  });

  test.each([NOT_SENT, status(503), status(200)])('that cannot be read comes later', async (record) => {
    const desk = openDesk({ record }, { replies: 'record' });
    expect(await desk.pull('record')).toMatchObject({ outcome: 'later' });
  });

  test('with a cursor that nobody can read begins anew', async () => {
    const desk = await open([[said('一', NOW)]]);
    for (const cursor of ['', '{', '{"t":1}'])
      expect(wordsIn(await desk.pull('record', cursor))).toEqual(['一']);
  });

  test('of another topic, or of nobody, is none', async () => {
    const desk = openDesk();
    const nobody = { topic: 'record', cursor: 'c', memory: desk.memories() };
    for (const page of [
      await desk.pull('weather', 'c'),
      await desk.adapter.pull!(nobody, new AbortController().signal),
    ]) {
      expect(page).toEqual({ outcome: 'page', cursor: 'c', more: false });
    }
    expect(desk.calls).toEqual([]);
  });
});

describe('the repair', () => {
  const late = NOW + minute;
  async function open(record: readonly object[], settings: Record<string, unknown> = {}): Promise<Desk> {
    const desk = openDesk({ record: items(record) }, settings);
    await desk.say('你好');
    return desk;
  }
  const pushed = (content: string, ts: number, msgType: string | number = 'text') =>
    callback({ ...example, msgId: `${content}${ts}`, content, msgType, ts });

  test('is due a minute after an agent was asked for, unless it is off', async () => {
    const desk = openDesk();
    expect((await desk.say('你好'))[0]?.watch).toEqual([{ topic: 'repair', afterMs: minute }]);
    const off = openDesk({}, { repair: 'off' });
    expect((await off.say('你好'))[0]?.watch).toBeUndefined();
  });

  test('finds nothing where everything was pushed, in whatever form', async () => {
    const desk = await open([
      said('<p>您好 &amp; 欢迎</p>', NOW),
      said('https://a.example/1.png', NOW + 1, { msg_type: 1 }),
      said('在吗', NOW + 2, { sender_type: 0 }),
    ]);
    desk.push(pushed('您好 & 欢迎', NOW + 800));
    desk.push(pushed('https://a.example/1.png', NOW + 900, 'image'));
    desk.clock.now = late;
    expect(await desk.pull('repair')).toMatchObject({ outcome: 'page', watch: [{ afterMs: minute }] });
    expect(await desk.pull('repair')).not.toHaveProperty('alarm');
  });

  test('tells somebody what was not pushed, once', async () => {
    const desk = await open([said('丢了', NOW)]);
    desk.clock.now = NOW + 29_000;
    const early = await desk.pull('repair');
    expect(early).not.toHaveProperty('alarm');
    desk.clock.now = late;
    const page = await desk.pull('repair', cursorOf(early));
    expect(page).toMatchObject({ alarm: expect.stringContaining('1 message') });
    expect(wordsIn(page)).toEqual([]);
    expect(await desk.pull('repair', cursorOf(page))).not.toHaveProperty('alarm');
  });

  test('takes the same words of another time for another message', async () => {
    const desk = await open([said('好', NOW), said('好', NOW + 6 * minute)]);
    desk.push(pushed('好', NOW));
    desk.clock.now = NOW + 10 * minute;
    expect(await desk.pull('repair')).toMatchObject({ alarm: expect.any(String) });
  });

  test('delivers it, too, where that is wanted', async () => {
    const desk = await open([said('丢了', NOW), said('到了', NOW + 1)], { repair: 'deliver' });
    desk.push(pushed('到了', NOW + 1));
    desk.clock.now = late;
    expect(wordsIn(await desk.pull('repair'))).toEqual(['丢了']);
  });

  test('looks seldom at a session in which nobody says anything, and in the end no more', async () => {
    const desk = await open([]);
    const pauses: unknown[] = [];
    for (const minutes of [119, 1, 1320]) {
      desk.clock.now += minutes * minute;
      pauses.push(watchOf(await desk.pull('repair'))?.[0]?.afterMs);
    }
    expect(pauses).toEqual([minute, 300_000, undefined]);
  });

  test('looks once more half a minute after the end, and then no more', async () => {
    const desk = await open([]);
    desk.push(end(2));
    desk.clock.now = NOW + 10_000;
    expect(watchOf(await desk.pull('repair'))).toEqual([{ topic: 'repair', afterMs: 20_000 }]);
    desk.clock.now = NOW + 30_000;
    expect(watchOf(await desk.pull('repair'))).toBeUndefined();
  });
});

describe('the forwarding', () => {
  const settings = {
    replies: 'forward',
    forwardCompanyId: COMPANY,
    forwardAppKey: FORWARD_KEY,
    callbackToken: SECRET,
  };

  test('finds its visitor by the session that an answer named', async () => {
    const desk = openDesk({}, settings);
    const [connected] = await desk.say('你好');
    expect(connected).toMatchObject({ bind: [`cid:${CID}`, 'uid:v01'] });
    expect(connected).not.toHaveProperty('watch');
  });

  test('has the session looked for in the record where no answer named it', async () => {
    const answers = { connect: item({ status: 4 }), record: [items([]), items([said('您好', NOW)])] };
    const desk = openDesk(answers, settings);
    const [connected] = await desk.say('你好');
    expect(connected?.watch).toEqual([{ topic: 'whose', afterMs: 0 }]);
    expect(watchOf(await desk.pull('whose'))).toEqual([{ topic: 'whose', afterMs: 30_000 }]);
    const page = await desk.pull('whose');
    expect(page).toMatchObject({ bind: [`cid:${CID}`], cursor: null });
    expect(page).not.toHaveProperty('watch');
    expect(sentOf(desk, 'record')[1]).toEqual({ partnerid: PARTNER, from: 0 });
    expect(attemptOf(desk.memory).memory.conversation).toMatchObject({ cid: CID });
  });
});
