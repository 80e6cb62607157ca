// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the configuration
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { definitions, env, good, read, sources } from './made-up.ts';

describe('a file without faults', () => {
  test('gives every default, times in milliseconds and the store as an absolute path', () => {
    const result = read(good);
    expect(result).toMatchObject({
      kind: 'config',
      warnings: [],
      config: {
        listen: { host: '0.0.0.0', port: 3000 },
        admin: { host: '127.0.0.1', port: 3001 },
        publicUrl: 'https://bridge.example.com',
        store: { kind: 'sqlite', path: join(process.cwd(), 'data/bridge.db') },
        cache: { kind: 'memory' },
        log: { level: 'info' },
        network: { allowPrivate: [] },
        media: { folder: join(process.cwd(), 'data/media'), maxBytes: 20 * 1024 * 1024, keepMs: 604_800_000 },
        rawTtlMs: 604_800_000,
        historyTtlMs: 7_776_000_000,
      },
    });
  });

  test.each([
    ['', { kind: 'memory' }],
    ['cache: store', { kind: 'store' }],
    ['store: postgres://me@db/kefu', { kind: 'store' }],
    ['cache: redis://cache:6379/2', { kind: 'redis', url: 'redis://cache:6379/2' }],
    [
      'store: postgres://me@db/kefu\ncache: rediss://bridge:${KEY}@cache',
      { kind: 'redis', url: `rediss://bridge:${env.KEY}@cache` },
    ],
  ])('keeps short-lived values where it says, else beside the messages (%s)', (text, cache) => {
    expect(read(`${good}${text}\n`)).toMatchObject({ kind: 'config', warnings: [], config: { cache } });
  });

  test('gives the channel and the adapter what their own schemas made, and nothing of the core', () => {
    const result = read(good);
    if (result.kind !== 'config') throw new Error('expected a configuration');
    const [tenant] = result.config.tenants;
    expect(tenant!.name).toBe('shop');
    expect(tenant!.wechat).toEqual({
      appid: 'wx1',
      secret: 'sesame-open',
      previousSecrets: [],
      mode: 'plain',
    });
    expect(tenant!.helpdesks).toEqual([
      {
        name: 'main',
        adapter: definitions.adapters[0],
        settings: { appKey: 'k-1', greets: true, qps: { each: 5 } },
        onUnconfirmed: 'mark',
        contextCard: 'auto',
        retryMaxAgeMs: 172_800_000,
        handoverWords: ['人工', '转人工', '人工客服', '转人工客服', 'rg'],
        notices: {},
      },
    ]);
  });

  test('lets the texts of a helpdesk win over those of the tenant, and these over those of all', () => {
    const texts = (indent: string, names: string) =>
      `${indent}notices: {${names.split('').map((name) => `${{ a: 'start', b: 'end', c: 'queue' }[name]}: ${indent.length}`)}}\n`;
    const text = `${texts('', 'abc')}${good}${texts('        ', 'a')}${texts('    ', 'ab')}`.replaceAll(
      /: (\d+)([,}])/g,
      ": '$1'$2",
    );
    const result = read(text);
    if (result.kind !== 'config') throw new Error('expected a configuration');
    const [tenant] = result.config.tenants;
    expect(tenant!.notices).toEqual({ start: '4', end: '4', queue: '0' });
    expect(tenant!.helpdesks[0]!.notices).toEqual({ start: '8', end: '4', queue: '0' });
  });

  test('gives the components by name', () => {
    expect(read(good)).toMatchObject({ config: { components: [] } });
    const text = `${good}components: { agency: { appid: wx9, secret: '\${KEY}' } }\n`;
    expect(read(text.replace('appid: wx1', 'appid: wx1\n      component: agency'))).toMatchObject({
      config: {
        components: [{ name: 'agency', settings: { appid: 'wx9', secret: 'k-2' } }],
        tenants: [{ wechat: { component: 'agency' } }],
      },
    });
  });

  test('keeps onUnknown where somebody chose', () => {
    const result = read(`${good}        onUnknown: ask\n`);
    expect(result).toMatchObject({ config: { tenants: [{ helpdesks: [{ onUnknown: 'ask' }] }] } });
  });

  test('cuts the slashes at the end of publicUrl', () => {
    expect(read(good.replace('example.com', 'example.com/in//'))).toMatchObject({
      config: { publicUrl: 'https://bridge.example.com/in' },
    });
  });

  test('takes a section whose lines are all commented out for an empty one', () => {
    expect(read(`${good}log:\n  # level: debug\n`)).toMatchObject({ config: { log: { level: 'info' } } });
  });

  test('may use an anchor and its alias', () => {
    const text = `notices: { start: &hello 您好, rated: *hello }\n${good}`;
    expect(read(text)).toMatchObject({
      config: { tenants: [{ notices: { start: '您好', rated: '您好' } }] },
    });
  });
});

describe('warnings', () => {
  test('a secret among settings that stand in place of a word is one', () => {
    const result = read(`${good}        source: { url: "https://a.example", password: sesame }\n`);
    expect(result).toMatchObject({
      warnings: [{ line: 11, path: 'tenants.shop.helpdesks.main.source.password' }],
    });
  });

  test('a secret that stands in the file is named by its place, never by its value', () => {
    const text = good.replace('${SECRET}', 'sesame-open\n      previousSecrets: [sesame-older]');
    const result = read(text);
    expect(result).toMatchObject({
      kind: 'config',
      warnings: [
        { line: 6, path: 'tenants.shop.wechat.secret' },
        { line: 7, path: 'tenants.shop.wechat.previousSecrets[0]' },
      ],
    });
    expect(JSON.stringify(result.kind === 'config' && result.warnings)).not.toContain('sesame');
  });

  test('no tenant is no fault, but worth a word', () => {
    expect(read('publicUrl: http://127.0.0.1:3000\ntenants: {}\n')).toMatchObject({
      kind: 'config',
      warnings: [{ line: 2, path: 'tenants', text: 'no tenant is configured: every push will be refused' }],
    });
  });
});

describe('on the disk', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('paths are taken from the folder of the file', async () => {
    const file = join(folder, 'bridge.yaml');
    writeFileSync(join(folder, 'secret.txt'), 'from-the-file\n');
    writeFileSync(file, `store: sqlite:kept/b.db\n${good.replace('${SECRET}', '${file:secret.txt}')}`);
    expect(await loadConfig(file, env, sources)).toMatchObject({
      config: {
        store: { path: join(folder, 'kept/b.db') },
        media: { folder: join(folder, 'kept/media') },
        tenants: [{ wechat: { secret: 'from-the-file' } }],
      },
    });
  });

  test('a store in PostgreSQL has its connections, and media are in it unless all instances share a folder', async () => {
    const file = join(folder, 'bridge.yaml');
    const url = 'postgres://bridge:pa%40ss@db:5432/kefu?sslmode=require';
    const store = 'store: postgres://bridge:${PASSWORD}@db:5432/kefu?sslmode=require';
    writeFileSync(file, `${store}\nstoreConnections: 4\n${good}`);
    expect(await loadConfig(file, { ...env, PASSWORD: 'pa%40ss' }, sources)).toMatchObject({
      warnings: [],
      config: {
        store: { kind: 'postgres', url, connections: 4 },
        media: { keepMs: 604_800_000, maxBytes: 20_971_520 },
      },
    });
    writeFileSync(file, `store: ${url}\nmedia: { folder: shared, shared: true }\n${good}`);
    expect(await loadConfig(file, env, sources)).toMatchObject({
      warnings: [{ line: 1, path: 'store', text: expect.stringContaining('the secret stands in the file') }],
      config: { store: { connections: 10 }, media: { folder: join(folder, 'shared') } },
    });
  });

  test('only the adapters that are named are loaded, but all where one is named that there is not', async () => {
    const file = join(folder, 'bridge.yaml');
    const loaded: string[] = [];
    const adapters = Object.fromEntries(
      Object.entries(sources.adapters).map(([name, load]) => [
        name,
        () => {
          loaded.push(name);
          return load();
        },
      ]),
    );
    writeFileSync(file, good.replace('acme', '${WHICH}'));
    const load = (which: string) => loadConfig(file, { ...env, WHICH: which }, { ...sources, adapters });
    expect(await load('acme')).toMatchObject({ kind: 'config' });
    expect(loaded).toEqual(['acme']);
    const text = 'expected one of the adapters acme, bell, own-agents';
    expect(await load('acm')).toMatchObject({ faults: [{ text }] });
    expect(loaded).toEqual(['acme', 'acme', 'bell', 'own-agents']);
  });

  test('a file that is not there, or not UTF-8, is a fault', async () => {
    const file = join(folder, 'bridge.yaml');
    const absent = await loadConfig(file, env, sources);
    writeFileSync(file, Buffer.from([0x61, 0xff, 0xfe]));
    const scrambled = await loadConfig(file, env, sources);
    const fault = { file, line: 1, path: '' };
    expect(absent).toEqual({
      kind: 'faults',
      faults: [{ ...fault, text: 'expected a readable file (ENOENT)' }],
    });
    expect(scrambled).toEqual({
      kind: 'faults',
      faults: [{ ...fault, text: 'expected a readable file (not UTF-8)' }],
    });
  });
});

describe('whatever the file says', () => {
  const names = fc.constantFrom(
    'tenants',
    'shop',
    'wechat',
    'helpdesks',
    'main',
    'adapter',
    'appKey',
    'notices',
    'listen',
    'port',
    'qps',
    '__proto__',
    'constructor',
  );
  const scalars = fc.constantFrom(
    'acme',
    'wx1',
    '${SECRET}',
    '${',
    '$${x}',
    '3000',
    'true',
    '~',
    '[]',
    '{}',
    '*a',
    '&a x',
    '!!binary x',
    '"',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      scalars,
      fc
        .array(fc.tuple(names, tie('tree')), { maxLength: 4 })
        .map((entries) => `{${entries.map(([name, value]) => `${name}: ${value}`).join(', ')}}`),
    ),
  }));

  test('reading arbitrary text does not throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) =>
        ['config', 'faults'].includes(read(text).kind),
      ),
    );
  });

  test('reading settings in wrong places does not throw', () => {
    const lines = fc.array(
      fc.tuple(names, tree).map(([name, value]) => `${name}: ${value}`),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(lines, (text) => ['config', 'faults'].includes(read(text.join('\n')).kind)),
      { numRuns: 500 },
    );
  });

  test('reading a good file with one piece cut out does not throw', () => {
    const piece = fc.tuple(fc.nat(good.length), fc.nat(30));
    fc.assert(
      fc.property(piece, ([from, length]) =>
        ['config', 'faults'].includes(read(good.slice(0, from) + good.slice(from + length)).kind),
      ),
    );
  });
});
