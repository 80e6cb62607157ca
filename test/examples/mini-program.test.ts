import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterEach, describe, expect, test } from 'vitest';
import { flatten, readSessionFrom } from '../../src/formats/session-from.ts';
import { readSignedToken } from '../../src/formats/signed-token.ts';
import { serve } from '../http/loopback.ts';

const folder = resolve(import.meta.dirname, '../../examples/mini-program');
const pages = join(folder, 'miniprogram');
const key = 'the key that the server and the bridge share';
const openid = 'oSim0000000000000000000user1';
const appid = 'wx1a2b3c4d5e6f7a8b';
const readText = (file: string) => readFileSync(join(folder, file), 'utf8');

/** Of the page of each API in WeChat's documentation (小程序 → 框架, API), 2026. */
const documented = {
  apis: ['login', 'navigateTo', 'openCustomerServiceChat', 'request', 'requestSubscribeMessage', 'showToast'],
  elements: ['view', 'text', 'button'],
  attributes: [
    ...['class', 'type', 'wx:if', 'bindtap', 'bindcontact', 'open-type', 'session-from', 'show-message-card'],
    ...['send-message-title', 'send-message-path', 'send-message-img'],
  ],
  openTypes: ['contact'],
};

type Sign = (
  profile: object,
  of: { readonly openid: string; readonly appid: string; readonly key: string; readonly now?: number },
) => string;

const { signProfile }: { signProfile: Sign } = await import(pathToFileURL(join(folder, 'server.js')).href);

describe('the server of the example', () => {
  test('has at most 50 lines, and no dependencies', () => {
    const text = readText('server.js');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(50);
    const imported = [...text.matchAll(/ from '([^']+)'/g)].map(([, name]) => name);
    expect(imported.every((name) => name?.startsWith('node:'))).toBe(true);
  });

  test('signs what the bridge takes for proved, of this visitor and now', () => {
    const now = 1_700_000_000_000;
    const token = signProfile({ name: '张三', vip: 3 }, { openid, appid, key, now });
    const terms = { keys: [key], subject: openid, audience: appid, now, maxLifeMs: 86_400_000 };
    const proved = readSignedToken(token, terms);
    expect(proved.kind === 'proved' && flatten(proved.claims)).toEqual([
      ['name', '张三'],
      ['vip', '3'],
    ]);
    expect(readSignedToken(token, { ...terms, subject: 'oSomebody' }).kind).toBe('refused');
    expect(readSignedToken(token, { ...terms, now: now + 3_700_000 }).kind).toBe('refused');
  });
});

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** The server as it is started, beside a pretended `jscode2session`. */
async function startServer(): Promise<string> {
  const port = await serve(({ url = '' }, response) => {
    const query = new URL(url, 'http://x').searchParams;
    const isOurs = query.get('appid') === appid && query.get('secret') === 's';
    const known =
      isOurs && query.get('grant_type') === 'authorization_code' && query.get('js_code') === 'good';
    response.end(
      JSON.stringify(known ? { openid, session_key: 'k' } : { errcode: 40029, errmsg: 'invalid code' }),
    );
  });
  const env = { APPID: appid, SECRET: 's', SIGNING_KEY: key, PORT: '0', WECHAT: `http://127.0.0.1:${port}` };
  const child = spawn(process.execPath, [join(folder, 'server.js')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  for await (const line of createInterface(child.stdout)) return line.replace('listening on ', '');
  throw new Error('expected the server to listen');
}

test('the running server gives a token for a code that WeChat knows, and none for another', async () => {
  const url = await startServer();
  const ask = (body: string, path = '/session-from') => fetch(url + path, { method: 'POST', body });
  const answer = await ask('{"code":"good"}');
  expect(answer.status).toBe(200);
  const { token, lifeSec } = (await answer.json()) as { token: string; lifeSec: number };
  const terms = { keys: [key], subject: openid, audience: appid, now: Date.now(), maxLifeMs: lifeSec * 1000 };
  expect(readSignedToken(token, terms)).toMatchObject({ kind: 'proved', claims: { vip: '3' } });
  expect((await ask('{"code":"bad"}')).status).toBe(401);
  expect((await ask('{}', '/else')).status).toBe(404);
  expect((await ask('x'.repeat(1001))).status).toBe(413);
});

/** The mini-program's own modules, with what WeChat would lend them. */
function openModule(file: string, lent: object): Record<string, never> {
  const module = { exports: {} };
  const require = (path: string) => openModule(join(dirname(file), path), lent);
  runInNewContext(readFileSync(file, 'utf8'), { module, require, Date, ...lent }, { filename: file });
  return module.exports;
}

type Handler = (event?: object) => unknown;
type Options = Readonly<Record<string, unknown>> & {
  readonly success: (answer: object) => void;
  readonly fail: (fault: object) => void;
};

/** A page as WeChat runs it: `calls` are the APIs it called, `answers` what they answer; without one they fail. */
function openPage(path: string, answers: Readonly<Record<string, object>>, config: object = {}) {
  const calls: (readonly [string, Options])[] = [];
  const api = (name: string) => (options: Options) => {
    calls.push([name, options]);
    const answer = answers[name];
    if (answer) options.success?.(answer);
    else options.fail?.({ errMsg: `${name}:fail` });
  };
  const wx = Object.fromEntries(documented.apis.map((name) => [name, api(name)]));
  let page: { data: Record<string, unknown>; setData(change: object): void } & Record<string, Handler>;
  const Page = (definition: object) => {
    const setData = (change: object) => Object.assign(page.data, change);
    page = { ...definition, setData } as unknown as typeof page; // the page says what it has
  };
  const settings = openModule(join(pages, 'config.js'), {});
  const file = join(pages, `${path}.js`);
  const lent = { wx, Page, Object, JSON, Promise };
  const require = (name: string): unknown => {
    if (name.endsWith('config.js')) return { ...settings, ...config };
    return openModule(join(dirname(file), name), lent);
  };
  runInNewContext(readFileSync(file, 'utf8'), { ...lent, require }, { filename: file });
  return { page: page!, calls, names: () => calls.map(([name]) => name) };
}

const signedIn = {
  login: { code: 'good' },
  request: { statusCode: 200, data: { token: 'T', lifeSec: 3600 } },
};

describe('the page with the contact button', () => {
  test('gives the session-from a token, beside what it says of itself', async () => {
    const token = signProfile({ name: '张三' }, { openid, appid, key });
    const { page, names } = openPage('pages/order/index', {
      ...signedIn,
      request: { statusCode: 200, data: { token, lifeSec: 3600 } },
    });
    page.onLoad?.({ id: 'B7' });
    await page.onShow?.();
    const read = readSessionFrom(String(page.data.sessionFrom));
    expect(read.token).toBe(token);
    expect(read.fields).toEqual([
      ['page', 'pages/order/index'],
      ['order.id', 'B7'],
      ['order.title', '蓝色帆布包'],
    ]);
    expect(String(page.data.sessionFrom).length).toBeLessThanOrEqual(1024);
    expect(page.data.cardPath).toBe('pages/order/index?id=B7');
    await page.onShow?.();
    expect(names()).toEqual(['login', 'request']);
  });

  test('lets the visitor chat where there is no token', async () => {
    const { page } = openPage('pages/order/index', { login: { code: 'x' } });
    page.onLoad?.({});
    await page.onShow?.();
    expect(readSessionFrom(String(page.data.sessionFrom)).fields[0]).toEqual(['page', 'pages/order/index']);
  });

  test('asks for a subscription message after the chat, in a tap, once', () => {
    const answers = { requestSubscribeMessage: { T1: 'accept' }, showToast: {} };
    const { page, calls, names } = openPage('pages/order/index', answers, { templateId: 'T1' });
    expect(page.data.mayAsk).toBe(false);
    page.onContact?.({ detail: {} });
    expect(page.data.mayAsk).toBe(true);
    expect(names()).toEqual([]);
    page.onAsk?.();
    expect(calls[0]?.[1].tmplIds).toEqual(['T1']);
    expect(page.data.mayAsk).toBe(false);
  });

  test('goes where a card of the chat leads', () => {
    const { page, calls } = openPage('pages/order/index', { navigateTo: {} });
    page.onContact?.({ detail: { path: '/pages/kf/index', query: { ref: 'a b' } } });
    page.onContact?.({ detail: { path: '/pages/order/index', query: {} } });
    expect(calls.map(([, { url }]) => url)).toEqual(['/pages/kf/index?ref=a%20b']);
  });

  test('opens WeCom kf with its card', () => {
    const kf = { corpId: 'ww1', url: 'https://work.weixin.qq.com/kfid/kfc1' };
    const { page, calls } = openPage('pages/order/index', { openCustomerServiceChat: {} }, { kf });
    page.onLoad?.({});
    expect(page.data.hasKf).toBe(true);
    page.onKf?.();
    expect(calls[0]?.[1]).toMatchObject({
      corpId: 'ww1',
      extInfo: { url: kf.url },
      sendMessagePath: 'pages/order/index.html?id=A1001',
    });
  });
});

test('the page of a hand-off has the link before the tap', () => {
  const data = { corpId: 'ww1', url: 'https://work.weixin.qq.com/kfid/kfc1?scene_param=r' };
  const { page, calls } = openPage('pages/kf/index', {
    request: { statusCode: 200, data },
    openCustomerServiceChat: {},
  });
  page.onLoad?.({ ref: 'r1' });
  expect(calls[0]?.[1].url).toBe('https://bridge.example.com/handoff/r1');
  page.onOpen?.();
  expect(calls[1]?.[1]).toMatchObject({ corpId: 'ww1', extInfo: { url: data.url } });
  const gone = openPage('pages/kf/index', { request: { statusCode: 404, data: '' } });
  gone.page.onLoad?.({ ref: 'r1' });
  expect(gone.page.data).toMatchObject({ chat: null, isGone: true });
});

test('a session-from is never longer than WeChat takes', () => {
  const { writeSessionFrom } = openModule(join(pages, 'session-from.js'), { wx: {} }) as unknown as {
    writeSessionFrom: (page: object, token: string) => string;
  };
  const long = { page: 'p'.repeat(900) };
  expect(writeSessionFrom(long, 't'.repeat(300))).toBe('t'.repeat(300));
  expect(writeSessionFrom(long, '')).toContain('ppp');
  expect(writeSessionFrom({ page: 'p'.repeat(2000) }, '')).toBe('');
  expect(writeSessionFrom({}, 't'.repeat(2000))).toBe('');
});

describe('what the developer tools read', () => {
  const files = (pattern: string) => globSync(pattern, { cwd: folder });

  test.each(files('**/*.json'))('%s is JSON', (file) => {
    expect(JSON.parse(readText(file))).toBeTypeOf('object');
  });

  test('names pages that are there, whole', () => {
    const { pages: names } = JSON.parse(readText('miniprogram/app.json')) as { pages: string[] };
    const there = files('miniprogram/pages/**/*.js').map((file) => file.slice('miniprogram/'.length, -3));
    expect(there.toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      for (const kind of ['json', 'wxml']) expect(readText(`miniprogram/${name}.${kind}`)).not.toBe('');
    }
    expect(JSON.parse(readText('project.config.json'))).toMatchObject({
      appid: 'touristappid',
      miniprogramRoot: 'miniprogram/',
    });
  });

  test.each(files('**/*.wxml'))(
    '%s is well-formed, of documented elements, and calls what its page has',
    (file) => {
      const text = `<page>${readText(file)}</page>`;
      expect(XMLValidator.validate(text)).toBe(true);
      const parser = new XMLParser({ ignoreAttributes: false, preserveOrder: true, attributeNamePrefix: '' });
      const code = readText(file.replace(/wxml$/, 'js'));
      const [root] = parser.parse(text) as { page: unknown[] }[];
      for (const { name, attributes } of elementsIn(root?.page)) {
        expect(documented.elements).toContain(name);
        for (const [attribute, value] of Object.entries(attributes)) {
          expect(documented.attributes).toContain(attribute);
          if (attribute === 'open-type') expect(documented.openTypes).toContain(value);
          if (attribute.startsWith('bind')) expect(code).toContain(`  ${value}(`);
          for (const [, word = ''] of value.matchAll(/\{\{(\w+)/g)) {
            if (word !== 'true') expect(code).toMatch(new RegExp(`\\b${word}\\b`));
          }
        }
      }
    },
  );

  test('calls no API but these, which WeChat documents', () => {
    const code = files('miniprogram/**/*.js').map(readText).join('\n');
    const called = new Set([...code.matchAll(/\bwx\.(\w+)/g)].map(([, name = '']) => name));
    expect([...called].toSorted()).toEqual(documented.apis);
  });

  test('has a picture for the card', () => {
    expect(readFileSync(join(pages, 'images/bag.png')).subarray(1, 4).toString()).toBe('PNG');
  });
});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

function elementsIn(nodes: unknown): readonly Element[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Record<string, unknown>) =>
    Object.entries(node).flatMap(([name, inner]) => {
      if (name === ':@' || name === '#text') return [];
      const attributes = (node[':@'] ?? {}) as Record<string, string>; // as the parser writes them
      return [{ name, attributes }, ...elementsIn(inner)];
    }),
  );
}
