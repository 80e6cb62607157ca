import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configOf, loadDeployed, readYaml, secretFilesOf } from './files.ts';

const files = ['deploy/config/sqlite.yaml', 'deploy/config/postgres.yaml', 'deploy/kubernetes/config.yaml'];

describe.each(files)('%s', (file) => {
  test('is a configuration against which nothing is to be said', async () => {
    const loaded = await loadDeployed(file, { BRIDGE_DOMAIN: 'bridge.example.com' });
    expect(loaded).toMatchObject({ kind: 'config', warnings: [] });
  });

  test('has its secrets in files', () => {
    const secrets = [...readFileSync(file, 'utf8').matchAll(/^ *(?:secret|token|\w*Key|\w*Secret): (.*)$/gm)];
    expect(secrets.length).toBeGreaterThan(3);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{file:\/run\/secrets\/[\w/-]+\}$/);
  });

  test('keeps in /data what is not in a database', async () => {
    const { store, media } = await configOf(file);
    if (store.kind === 'sqlite') {
      expect([store.path, media.folder]).toEqual(['/data/bridge.db', '/data/media']);
    } else {
      // Media are in the database then, where every instance finds them.
      expect(readFileSync(file, 'utf8')).not.toContain('media');
    }
  });
});

describe('the admin listener', () => {
  test('is for the container alone where nobody else asks', async () => {
    for (const file of files.slice(0, 2)) expect((await configOf(file)).admin.host).toBe('127.0.0.1');
  });

  test('is for the probes of the node under Kubernetes', async () => {
    expect((await configOf('deploy/kubernetes/config.yaml')).admin.host).toBe('0.0.0.0');
  });
});

test('the Secret has what the configuration of Kubernetes asks for, and nothing real', () => {
  const { stringData } = z
    .object({ kind: z.literal('Secret'), stringData: z.record(z.string(), z.string()) })
    .parse(readYaml('deploy/kubernetes/secret.example.yaml'));
  const names = secretFilesOf('deploy/kubernetes/config.yaml').map((path) => path.split('/').at(-1));
  expect(Object.keys(stringData)).toEqual(names);
  const { store, ...others } = stringData;
  expect(store).toBe('postgres://bridge:PASSWORD@HOST/kefu');
  expect(new Set(Object.values(others))).toEqual(new Set(['FILL-IN']));
});
