import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeAccount, writeConfiguration } from '../../sandbox/configuration.ts';
import type { Desk } from '../../sandbox/desk.ts';
import { desks } from '../../sandbox/desks.ts';
import { routingSettings, ruleStates } from '../../sandbox/routing.ts';
import { type DeskName, deskNames } from '../../sandbox/state.ts';
import { readConfig } from '../../src/config/load.ts';
import { loadEverySetting } from '../../src/settings.ts';
import { runToEnd } from '../bridge/process.ts';

const main = resolve(import.meta.dirname, '../../sandbox/main.ts');

/** What the bridge makes of the configuration that the sandbox writes for these desks. */
async function readConfigOf(standing: Partial<Record<DeskName, Desk>>) {
  const helpdesks = deskNames.flatMap((name) => {
    const desk = standing[name];
    return desk === undefined ? [] : [[name, { adapter: desk.vendor, ...desk }]];
  });
  const { yaml, environment } = writeConfiguration({
    account: makeAccount(),
    wechatUrl: 'http://127.0.0.1:9',
    helpdesks: Object.fromEntries(helpdesks),
    ...(standing.second && { routing: routingSettings }),
    publicPort: 1,
    adminPort: 2,
    store: 'sqlite:./bridge.db',
  });
  const source = {
    variable: (name: string) => environment[name],
    file: () => ({ kind: 'unreadable', code: 'none' }) as const,
  };
  return readConfig({ file: 'config.yaml', text: yaml, source }, await loadEverySetting());
}

describe.each(Object.entries(desks))('the desk of %s', (_vendor, entry) => {
  test('has names, and a sign of one letter', () => {
    for (const name of [entry.zh, entry.en]) expect(name).not.toBe('');
    expect([...entry.sign]).toHaveLength(1);
  });

  test('is configured as the bridge wants it, with its secrets apart', async () => {
    const desk = await entry.start('http://127.0.0.1:9/callback/shop/main', Date.now);
    try {
      expect(await readConfigOf({ desk })).toMatchObject({ kind: 'config', warnings: [] });
      expect(Object.keys(desk.secrets)).not.toEqual([]);
      expect(desk).toMatchObject({ isOn: true, isStaffed: true });
    } finally {
      await desk.close();
    }
  });
});

test('two desks and the rules between them are a configuration without a fault or a doubt', async () => {
  const [desk, second] = await Promise.all(
    ['qiyu', 'webhook'].map((vendor) => desks[vendor]?.start('http://127.0.0.1:9/callback', Date.now)),
  );
  try {
    const read = await readConfigOf({ ...(desk && { desk }), ...(second && { second }) });
    expect(read).toMatchObject({ kind: 'config', warnings: [] });
    const [tenant] = read.kind === 'config' ? read.config.tenants : [];
    expect(tenant?.helpdesks.map(({ name }) => name)).toEqual(['main', 'second']);
    expect(tenant?.routing.rules.map(({ name }) => name)).toEqual(ruleStates.map(({ name }) => name));
  } finally {
    await Promise.all([desk?.close(), second?.close()]);
  }
});

test.each([
  [['--vendor', 'nobody'], Object.keys(desks).join(', ')],
  [['--second', 'nobody'], Object.keys(desks).join(', ')],
  [['--vendor', 'zhichi', '--second', 'zhichi'], 'another one than --vendor'],
])('a start with %j ends with what would be right', async (args, expected) => {
  const { status, stderr } = await runToEnd([main, ...args]);
  expect(status).toBe(2);
  expect(stderr).toContain(expected);
});
