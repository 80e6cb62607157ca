import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeAccount, writeConfiguration } from '../../sandbox/configuration.ts';
import { desks } from '../../sandbox/desks.ts';
import { readConfig } from '../../src/config/load.ts';
import { loadEverySetting } from '../../src/settings.ts';
import { runToEnd } from '../bridge/process.ts';

describe.each(Object.entries(desks))('the desk of %s', (_vendor, entry) => {
  test('has names, and a sign of one letter', () => {
    for (const name of [entry.zh, entry.en]) expect(name).not.toBe('');
    expect([...entry.sign]).toHaveLength(1);
  });

  test('is configured as the bridge wants it, with its secrets apart', async () => {
    const desk = await entry.start('http://127.0.0.1:9/callback/shop/main', Date.now);
    try {
      const { yaml, environment } = writeConfiguration({
        account: makeAccount(),
        wechatUrl: 'http://127.0.0.1:9',
        helpdesk: { adapter: desk.vendor, settings: desk.settings, secrets: desk.secrets },
        publicPort: 1,
        adminPort: 2,
        store: 'sqlite:./bridge.db',
      });
      const source = {
        variable: (name: string) => environment[name],
        file: () => ({ kind: 'unreadable', code: 'none' }) as const,
      };
      expect(readConfig({ file: 'config.yaml', text: yaml, source }, await loadEverySetting())).toMatchObject(
        {
          kind: 'config',
          warnings: [],
        },
      );
      expect(Object.keys(desk.secrets)).not.toEqual([]);
      expect(desk).toMatchObject({ isOn: true, isStaffed: true });
    } finally {
      await desk.close();
    }
  });
});

test('a vendor that nobody knows ends the start with the names of those that are', async () => {
  const main = resolve(import.meta.dirname, '../../sandbox/main.ts');
  const { status, stderr } = await runToEnd([main, '--vendor', 'nobody']);
  expect(status).toBe(2);
  for (const vendor of Object.keys(desks)) expect(stderr).toContain(vendor);
});
