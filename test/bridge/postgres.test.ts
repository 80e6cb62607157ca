import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Line, openLine } from '../postgres/line.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { runToEnd } from './process.ts';
import { type BridgeScene, linesOf, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const cli = resolve(import.meta.dirname, '../../src/cli.ts');
const password = 'sesame-open';
let place: PostgresPlace;
let line: Line;
let scene: BridgeScene;

beforeAll(async () => {
  place = await borrowPostgresPlace();
  line = await openLine(place.url);
  const url = new URL(line.url);
  url.password = password; // which this server does not ask for
  scene = await openScene({
    wechatSettings: { ...unjoined, answerBudgetMs: 500 },
    config: { store: url.href, leaseSec: 3 },
  });
});

afterAll(async () => {
  await scene.close();
  await line.close();
  await place.remove();
});

/** What an instance had in hand is another's, or its own again, when its lease of three seconds is over. */
const takeoverMs = 15_000;

describe('a bridge whose store is in PostgreSQL', () => {
  test('carries a push to the helpdesk and the answer back', async () => {
    const pushed = await scene.wechat.pushText(scene.pushUrl, visitor, '你好');
    expect(pushed.verdict).toEqual({ kind: 'accepted', answer: 'success' });
    await scene.qiyu.nextMessage(({ text }) => text === '你好');
    await scene.qiyu.agentSays(visitor, '请讲');
    const sent = await scene.wechat.nextSend((send) => linesOf(send).includes('请讲'));
    expect(sent).toMatchObject({ openid: visitor });
  });

  test('is not copied while it runs, and nothing says the password', async () => {
    const { store } = parse(readFileSync(scene.home.configFile, 'utf8')) as { readonly store: string };
    const to = `sqlite:${scene.home.folder}/copy.db`;
    const { status, stdout, stderr } = await runToEnd([cli, 'migrate', '--from', store, '--to', to]);
    expect(status).toBe(2);
    expect(stdout).toContain('a bridge process has this store open');
    expect(stdout + stderr).not.toContain(password);
  });

  test('gives no answer to a push while the database is away, and takes its repeat once', async () => {
    await line.cut();
    const pushed = await scene.wechat.pushText(scene.pushUrl, visitor, '断线时');
    expect(pushed.verdict.kind).toBe('noAnswer');
    expect((await fetch(`${scene.bridge.adminUrl}/readyz`)).status).toBe(503);
    await line.mend();
    await expect.poll(async () => (await fetch(`${scene.bridge.adminUrl}/readyz`)).status).toBe(200);
    for (const _ of [1, 2]) {
      expect((await scene.wechat.repeat(pushed)).verdict).toEqual({ kind: 'accepted', answer: 'success' });
    }
    await scene.wechat.pushText(scene.pushUrl, visitor, '之后');
    await scene.qiyu.nextMessage(({ text }) => text === '之后', takeoverMs);
    const came = scene.qiyu.messages.all.filter(({ text }) => text === '断线时');
    expect(came).toHaveLength(1);
  });

  test('goes on where it was killed', async () => {
    await scene.qiyu.switchOff();
    await scene.wechat.pushText(scene.pushUrl, visitor, '重启前');
    await scene.bridge.kill();
    await scene.qiyu.switchOn();
    await scene.restart();
    await scene.qiyu.nextMessage(({ text }) => text === '重启前', takeoverMs);
  });

  test('stops cleanly while the database is away, and goes on afterwards', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '停机前');
    await scene.qiyu.nextMessage(({ text }) => text === '停机前');
    const answers = ['一', '二', '三'];
    for (const answer of answers) {
      await scene.qiyu.agentSays(visitor, answer);
      await scene.wechat.nextSend((send) => linesOf(send).includes(answer));
    }
    await line.cut();
    expect(await scene.bridge.stop()).toBe(0);
    await line.mend();
    await scene.restart();
    await scene.wechat.pushText(scene.pushUrl, visitor, '停机后');
    await scene.qiyu.nextMessage(({ text }) => text === '停机后', takeoverMs);
  });

  test('stops in time while the database says nothing', async () => {
    line.stall();
    const startedAt = performance.now();
    const status = await scene.bridge.stop();
    expect({ status, isInTime: performance.now() - startedAt < 10_000 }).toEqual({
      status: 0,
      isInTime: true,
    });
    await line.cut();
    await line.mend();
    await scene.restart();
  });

  test('stops cleanly, and its log has said the password nowhere', async () => {
    const { lines } = scene.bridge;
    expect(await scene.bridge.stop()).toBe(0);
    expect(JSON.stringify(lines)).not.toContain(password);
  });
}, 30_000);
