import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { formatFaults } from '../../../../src/config/faults.ts';
import { readConfig } from '../../../../src/config/load.ts';
import { loadEverySetting } from '../../../../src/settings.ts';
import { account, qiyuKeys } from '../../../bridge/account.ts';
import { KF, settings } from '../desk.ts';
import { channelSettings } from './settings.ts';

const helpdesks = { main: { adapter: 'qiyu', ...qiyuKeys } };

const definitions = await loadEverySetting();

function faultsOf(tenants: object): readonly string[] {
  const source = { variable: () => undefined, file: () => ({ kind: 'unreadable', code: 'ENOENT' }) as const };
  const text = stringify({ publicUrl: 'https://bridge.example.com', tenants });
  const result = readConfig({ file: 'c.yaml', text, source }, definitions);
  return result.kind === 'faults' ? formatFaults(result.faults).split('\n') : [];
}

const handoff = { wechat: account, helpdesks: { kf: { adapter: 'wecom-kf', ...settings } } };
const app = {
  wechat: account,
  helpdesks: { kf: { adapter: 'wecom-kf', ...settings, mode: 'app', app: { agents: ['zhangsan'] } } },
};

test('one kf account is a channel, or handed off to, never both', () => {
  const kfshop = { wecomKf: channelSettings, helpdesks };
  expect(faultsOf({ kfshop, shop: handoff })).toEqual([
    expect.stringMatching(
      /tenants\.shop\.helpdesks\.kf\.openKfid: expected an account of its own: that of tenant kfshop/,
    ),
  ]);
  expect(
    faultsOf({ kfshop: { ...kfshop, wecomKf: { ...channelSettings, openKfid: `${KF}b` } }, shop: handoff }),
  ).toEqual([]);
  expect(faultsOf({ kfshop, shop: app })).toEqual([]);
});

test('a channel’s settings are proved as the adapter’s are', () => {
  const wecomKf = { ...channelSettings, corpid: 'nobody', openKfid: 'kf', textMaxBytes: 4096 };
  expect(faultsOf({ kfshop: { wecomKf, helpdesks } }).map((line) => line.replace(/^.*?: /, ''))).toEqual([
    'tenants.kfshop.wecomKf.corpid: expected ww and 16 hexadecimal digits, got nobody',
    'tenants.kfshop.wecomKf.openKfid: expected wk and up to 62 letters, digits, _ or -, got kf',
    'tenants.kfshop.wecomKf.textMaxBytes: expected a whole number from 64 to 2048, got 4096',
  ]);
});

test('the official customer service is WeChat’s: a kf account has none', () => {
  const official = { main: { adapter: 'wechat-official' } };
  expect(faultsOf({ kfshop: { wecomKf: channelSettings, helpdesks: official } })).toEqual([
    expect.stringContaining('expected a tenant with wechat for wechat-official'),
  ]);
});
