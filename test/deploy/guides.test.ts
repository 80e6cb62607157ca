import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tableKeys } from '../../src/store/engines/tables.ts';
import { published, secretFilesOf } from './files.ts';

const deployment = readFileSync('docs/deployment.md', 'utf8');
const scaling = readFileSync('docs/scaling.md', 'utf8');

/** The names of the secrets that a configuration has in files. */
function secretsOf(file: string): readonly string[] {
  return secretFilesOf(file).map((path) => path.slice(path.lastIndexOf('/') + 1));
}

describe.each([
  ['docs/deployment.md', deployment],
  ['docs/scaling.md', scaling],
])('%s', (_, guide) => {
  test('leads nowhere where nothing is', () => {
    const links = [...guide.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path = '']) => join('docs', path));
    const files = [...guide.matchAll(/\bdeploy\/[\w./-]+\.(?:yaml|conf|service)\b/g)].map(([path]) => path);
    expect(links.length).toBeGreaterThan(1);
    expect([...links, ...files].filter((path) => !existsSync(path))).toEqual([]);
  });

  test('runs commands that the package and the program have', () => {
    const scripts = [...guide.matchAll(/npm run (\w+)/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !(name in published.scripts))).toEqual([]);
    const usage = readFileSync('src/cli.ts', 'utf8');
    const commands = [...guide.matchAll(/(?:bridge|cli\.js) (check|migrate|quota) --/g)];
    expect(commands.length).toBeGreaterThan(0);
    for (const [, command] of commands) expect(usage).toContain(`\n  ${command} --`);
  });
});

describe('the guide to deployment', () => {
  test('leaves no secret out', () => {
    const compose = [...secretsOf('deploy/config/sqlite.yaml'), ...secretsOf('deploy/config/postgres.yaml')];
    expect(compose.filter((name) => !deployment.includes(name))).toEqual([]);
    const kubernetes = [...deployment.matchAll(/--from-file=([\w-]+)/g)].map(([, name]) => name);
    expect(kubernetes).toEqual(secretsOf('deploy/kubernetes/config.yaml'));
  });

  test('names the image of this version', () => {
    const tags = [...deployment.matchAll(/kefu-bridge:(\d[\w.-]*)/g)].map(([, tag]) => tag);
    expect(new Set(tags)).toEqual(new Set([published.version]));
  });
});

describe('the guide to scaling', () => {
  test('tells of all that a connection is told', () => {
    const connect = readFileSync('src/store/postgres/connect.ts', 'utf8');
    const told = [...connect.matchAll(/["'`]set (\w+) =/g)].map(([, name = '']) => name);
    const own = told.filter((name) => !/^(tcp_|default_transaction_isolation)/.test(name));
    expect(own).toContain('statement_timeout');
    expect(own.filter((name) => !scaling.includes(`\`${name}\``))).toEqual([]);
    expect(scaling).toMatch(/read committed.*`synchronous_commit`|`synchronous_commit`.*read committed/s);
  });

  test('names tables that there are', () => {
    const named = [...scaling.matchAll(/alter table (\w+)/g)].map(([, table]) => table);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((table) => !Object.keys(tableKeys).includes(table ?? ''))).toEqual([]);
  });
});
