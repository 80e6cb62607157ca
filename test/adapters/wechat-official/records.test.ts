import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/model/message.ts';
import type { PullPage, VendorEvent } from '../../../src/ports/helpdesk.ts';
import { conversation, NOW, openDesk, type Said } from './desk.ts';

const openid = conversation.visitor;
const nowSec = NOW / 1000;
const line = (opercode: number, text: string, change: object = {}): Json => ({
  openid,
  opercode,
  text,
  time: nowSec - 100,
  worker: 'test1@gh',
  ...change,
});
const pageOf = (...recordlist: readonly Json[]): Said => ({
  recordlist,
  number: recordlist.length,
  msgid: recordlist.length + 1,
});

async function look(said: Said, cursor: string | null = null) {
  const desk = openDesk(() => said);
  const page = await desk.pull('records', cursor);
  return { ...desk, page, events: eventsOf(page) };
}

function eventsOf(page: PullPage): readonly VendorEvent[] {
  return page.outcome === 'page' ? (page.events ?? []) : [];
}

describe('records', () => {
  test('are asked for from a day back at first, up to a minute ago', async () => {
    const { calls, page } = await look(pageOf());
    const body = { starttime: nowSec - 60 - 86_400, endtime: nowSec - 60, msgid: 1, number: 10_000 };
    expect(calls).toEqual([{ path: '/customservice/msgrecord/getmsglist', body }]);
    expect(page).toMatchObject({ cursor: String(nowSec - 60), more: false });
    expect(page).toMatchObject({ watch: [{ topic: 'records', afterMs: 600_000 }] });
  });

  test('are what agents and the visitor said, for history', async () => {
    const { events } = await look(pageOf(line(2002, '您好'), line(2003, '在吗')));
    const common = { kind: 'recorded', visitor: openid, at: NOW - 100_000 };
    expect(events).toMatchObject([
      { ...common, from: { role: 'agent', id: 'test1@gh' }, parts: [{ kind: 'text', text: '您好' }] },
      { ...common, from: { role: 'visitor' }, parts: [{ kind: 'text', text: '在吗' }] },
    ]);
  });

  test('of other kinds, and what is none, are left out', async () => {
    const { events } = await look(
      pageOf(line(1000, 'created'), line(2002, 'a'), {}, null, 'x', line(2004, 'b')),
    );
    expect(events).toHaveLength(1);
  });

  test('have keys that stay the same, and tell apart what was said twice in a second', async () => {
    const twice = [line(2002, '好'), line(2002, '好')];
    const first = (await look(pageOf(...twice))).events.flatMap(({ keys }) => keys);
    const again = (await look(pageOf(...twice, line(2003, '好')))).events.flatMap(({ keys }) => keys);
    expect(again.slice(0, 2)).toEqual(first);
    expect(new Set(again).size).toBe(3);
  });

  test('of a range with more rows than a page holds are fetched page by page', async () => {
    const full: Said = {
      recordlist: Array.from({ length: 10_000 }, () => ({})),
      number: 10_000,
      msgid: 20_165_267,
    };
    const { page } = await look(full, '1699990000');
    expect(page).toMatchObject({ cursor: `1699990000-${nowSec - 60}-20165267`, more: true });
    const { calls, page: last } = await look(pageOf(), page.outcome === 'page' ? page.cursor : null);
    expect(calls).toMatchObject([
      { body: { starttime: 1_699_990_000, endtime: nowSec - 60, msgid: 20_165_267 } },
    ]);
    expect(last).toMatchObject({ cursor: String(nowSec - 60), more: false });
  });

  test('of many days are fetched a day at a time', async () => {
    const startSec = nowSec - 200_000;
    const { calls, page } = await look(pageOf(), String(startSec));
    expect(calls).toMatchObject([{ body: { starttime: startSec, endtime: startSec + 86_400 } }]);
    expect(page).toMatchObject({ cursor: String(startSec + 86_400), more: true });
    expect(page).not.toHaveProperty('watch');
  });

  test('are not asked for before there can be new ones', async () => {
    const { calls, page } = await look(pageOf(), String(nowSec));
    expect(calls).toEqual([]);
    expect(page).toMatchObject({ cursor: String(nowSec), more: false, watch: [{ topic: 'records' }] });
  });

  test('of an account without the function are asked for in an hour, with an alarm', async () => {
    const { page } = await look({ failed: '65400' });
    expect(page).toMatchObject({
      outcome: 'later',
      code: '65400',
      afterMs: 3_600_000,
      alarm: expect.any(String),
    });
  });

  test.each(['65416', '65417'])(
    'of a range that is refused (%s) are passed over, with an alarm',
    async (failed) => {
      const { page } = await look({ failed }, '1699990000');
      expect(page).toMatchObject({ cursor: String(nowSec - 60), alarm: expect.stringContaining(failed) });
    },
  );

  test.each(['-1', 'lost', 'noToken'])('that cannot be had now (%s) are asked for later', async (failed) => {
    expect((await look({ failed }, '1699990000')).page).toEqual({ outcome: 'later', code: failed });
  });

  test('of a mini-program are not asked for', async () => {
    const desk = openDesk(() => pageOf(line(2002, 'a')), { kind: 'miniprogram' });
    expect(await desk.pull('records', '7')).toEqual({ outcome: 'page', cursor: '7', more: false });
    expect(desk.calls).toEqual([]);
    expect(desk.adapter.visitorIds(conversation)).toEqual([]);
  });
});
