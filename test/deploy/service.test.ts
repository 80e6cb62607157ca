import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cannotStart } from '../../src/start.ts';

const unit = readFileSync('deploy/kefu-bridge.service', 'utf8');
const guide = readFileSync('docs/operating.md', 'utf8');

/** All values of a setting, in their order. */
function valuesOf(name: string): readonly string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

describe('the unit for systemd', () => {
  const [folder = ''] = valuesOf('WorkingDirectory');
  const [node = '', program = '', option, config = ''] = valuesOf('ExecStart')[0]?.split(' ') ?? [];

  test('starts the program as it lies here, with the Node that its packages bring', () => {
    expect(node).toBe(`${folder}/node_modules/.bin/node`);
    expect(existsSync(node.replace(`${folder}/`, ''))).toBe(true);
    expect(existsSync(program)).toBe(true);
    expect(option).toBe('--config');
  });

  test('finds everything where the guide puts it', () => {
    const [user] = valuesOf('User');
    const [secrets = ''] = valuesOf('EnvironmentFile');
    expect(guide).toContain(
      `--home-dir /var/lib/${valuesOf('StateDirectory')[0]} --shell /usr/sbin/nologin ${user}`,
    );
    expect(guide).toContain(`git clone REPOSITORY ${folder} `);
    expect(guide).toContain(` ${config} `);
    expect(guide).toContain(` ${secrets} `);
  });

  test('starts again whatever happened, for as long as it takes, unless a start cannot be', () => {
    expect(valuesOf('Restart')).toEqual(['always']);
    expect(valuesOf('RestartPreventExitStatus')).toEqual([String(cannotStart)]);
    expect(valuesOf('StartLimitIntervalSec')).toEqual(['0']);
  });

  test('gives it longer than the ten seconds that a stop may take', () => {
    expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(10);
  });

  test('lets it write its own folders alone', () => {
    expect(valuesOf('ProtectSystem')).toEqual(['strict']);
    expect(valuesOf('ReadWritePaths')).toEqual([]);
    expect(valuesOf('Environment')).toEqual([
      `NODE_COMPILE_CACHE=/var/cache/${valuesOf('CacheDirectory')[0]}`,
    ]);
  });
});
