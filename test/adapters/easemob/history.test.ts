import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../../src/ports/http.ts';
import {
  attemptOf,
  im,
  imCallback,
  LOST,
  NAME,
  NOW,
  openDesk,
  page,
  rest,
  SERVICE,
  says,
  text,
} from './desk.ts';

const settings = { ...im, historyRepair: true };
const hourMs = 3_600_000;
const present = Math.floor(NOW / hourMs);
const signal = new AbortController().signal;

const line = (change: object = {}) => ({
  msg_id: '77',
  timestamp: NOW,
  from: SERVICE,
  to: NAME,
  chat_type: 'chat',
  payload: { bodies: [text('您好')], ext: { weichat: { msgId: 'kf-77' } } },
  ...change,
});
const zipped = (lines: readonly unknown[]): HttpResult => ({
  kind: 'answer',
  status: 200,
  headers: {},
  body: gzipSync(lines.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n')),
});
const found = says({ data: [{ url: 'https://files.example/1.gz' }] });
const notThere = says({ error: 'service_resource_not_found' }, 404);

const open = (answers: Record<string, HttpResult> = {}) =>
  openDesk(settings, { '/chatmessages': found, 'history file': zipped([line()]), ...answers });
const pull = (desk: ReturnType<typeof openDesk>, cursor: number | null) =>
  desk.adapter.pull!(
    {
      topic: 'history',
      cursor: cursor === null ? null : String(cursor),
      memory: { conversation: undefined, helpdesk: undefined },
    },
    signal,
  );

describe('the history', () => {
  test('is looked at from the start on, where the tenant wants it', async () => {
    const started = await open().adapter.wake!('start', attemptOf(undefined));
    expect(started).toEqual({ outcome: 'accepted', watch: [{ topic: 'history', afterMs: 0 }] });
    expect(await openDesk().adapter.wake!('start', attemptOf(undefined))).toEqual({ outcome: 'accepted' });
    expect(openDesk(rest).adapter.pull).toBeUndefined();
  });

  test('begins with the hour that is, once it is over', async () => {
    const desk = open();
    const first = await pull(desk, null);
    expect(first).toMatchObject({ outcome: 'page', cursor: String(present), more: false });
    const afterMs = first.outcome === 'page' ? first.watch?.[0]?.afterMs : 0;
    expect(NOW + (afterMs ?? 0)).toBe((present + 1) * hourMs + 20 * 60_000);
    expect(desk.calls).toEqual([]);
  });

  test('of an hour brings what no callback did, and what one did under the same keys', async () => {
    const desk = open({
      'history file': zipped([line(), line({ msg_id: '78', payload: { bodies: [text('在吗')], ext: {} } })]),
    });
    const { msg_id, payload } = line();
    desk.push(imCallback({ msg_id, payload }));
    const read = await pull(desk, present - 2);
    expect(read).toMatchObject({ outcome: 'page', cursor: String(present - 1), more: true });
    desk.fold(read.outcome === 'page' ? read.events : []);
    expect(desk.events.map((event) => event.kind === 'message' && event.parts)).toEqual([
      [{ kind: 'text', text: '您好' }],
      [{ kind: 'text', text: '在吗' }],
    ]);
    const [call] = desk.calls.filter(({ name }) => name === '/chatmessages');
    expect(call).toMatchObject({
      method: 'GET',
      url: 'https://a1.easemob.com/acme/shop/chatmessages/2023111420',
    });
    const [file] = desk.calls.filter(({ name }) => name === 'history file');
    expect(file).toMatchObject({ url: 'https://files.example/1.gz', untrusted: true });
    expect(file?.headers).toBeUndefined();
  });

  test('says nothing of others, nor in lines that are none', async () => {
    const lines = [
      line({ from: NAME, to: SERVICE }),
      line({ from: 'mallory' }),
      line({ to: 'customer-1' }),
      '',
      '{',
      '[]',
      line({ payload: 'x' }),
    ];
    expect(await pull(open({ 'history file': zipped(lines) }), present - 2)).toMatchObject({ events: [] });
  });

  test.each<[string, Record<string, HttpResult>]>([
    ['is not there yet', { '/chatmessages': notThere }],
    ['is empty yet', { '/chatmessages': says({ data: [] }) }],
    ['cannot be asked for', { '/chatmessages': page(503) }],
    ['cannot be had', { 'history file': LOST }],
    ['is gone', { 'history file': page(404) }],
    ['is no gzip', { 'history file': page(200) }],
  ])('that %s comes later, and moves no cursor', async (_what, answers) => {
    expect(await pull(open(answers), present - 2)).toMatchObject({ outcome: 'later' });
  });

  test('that never came is left, and so is what is too old', async () => {
    expect(await pull(open({ '/chatmessages': notThere }), present - 9)).toMatchObject({
      cursor: String(present - 8),
      more: true,
    });
    expect(await pull(open({ '/chatmessages': page(503) }), present - 9)).toMatchObject({ outcome: 'later' });
    expect(await pull(open(), present - 500)).toMatchObject({ cursor: String(present - 71) });
  });
});
