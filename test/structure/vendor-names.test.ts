import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adapters } from '../../adapters/index.ts';

const loaded = await Promise.all(Object.values(adapters).map((load) => load()));
/** WeChat is the channel: its own agents' adapter has its name. */
const helpdesks = loaded.filter(({ handsOver }) => !handsOver).map(({ name }) => name);
/** Also those that are still to come, and what they call themselves. */
const names = new Set([
  ...helpdesks,
  ...['qiyu', 'meiqia', 'zhichi', 'easemob', 'wecom', 'webhook'],
  ...['七鱼', '美洽', '智齿', '环信', '企业微信', '企微'],
]);
/** As words or parts of names are written: `kite` is no part of `KnockItem`. */
const spellings = [...names].flatMap((name) => [
  name,
  `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
  name.toUpperCase(),
]);
const pattern = new RegExp([...spellings, 'WeCom'].join('|'));

const namedIn = (file: string) => pattern.test(file) || pattern.test(readFileSync(file, 'utf8'));
const core = globSync('src/**/*').filter((file) => /\.\w+$/.test(file) && !file.startsWith('src/wechat/'));

describe('the core', () => {
  test('knows no helpdesk by its name: what a vendor needs is said by its adapter', () => {
    expect(core.length).toBeGreaterThan(100);
    expect(core.filter(namedIn)).toEqual([]);
  });

  test('would be found out', () => {
    expect(helpdesks.map((name) => `adapters/${name}/index.ts`).filter(namedIn)).toHaveLength(
      helpdesks.length,
    );
  });
});
