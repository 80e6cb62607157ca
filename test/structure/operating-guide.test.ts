import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/engine.ts';
import { openWorld, visitor } from '../relay/turns/world.ts';

const guide = readFileSync('docs/operating.md', 'utf8');
/** How an event is logged: its level, or the expression that chooses it. */
const logged = /\blog(?:\??\.)?(?:\[([^\]]*)\]|(debug|info|warn|error))\(\s*'([a-z-]+\.[a-zA-Z]+)'/g;

const sources = globSync('{src,adapters}/**/*.ts').map((file) => readFileSync(file, 'utf8'));
const events = sources.flatMap((text) =>
  [...text.matchAll(logged)].map(([, chosen = '', level = '', event = '']) => ({
    event,
    isWorthALook: /warn|error/.test(chosen + level),
    isHidden: level === 'debug',
  })),
);
const all = new Set(events.map(({ event }) => event));

describe('the guide to operating', () => {
  test('tells of every event that is worth a look', () => {
    const worthALook = new Set(events.flatMap(({ event, isWorthALook }) => (isWorthALook ? [event] : [])));
    expect(worthALook.size).toBeGreaterThan(30);
    expect([...worthALook].filter((event) => !guide.includes(`\`${event}\``))).toEqual([]);
  });

  test('tells of every event that is only seen when asked for', () => {
    const hidden = events.flatMap(({ event, isHidden }) => (isHidden ? [event] : []));
    expect(hidden).toContain('call.waited');
    expect(hidden.filter((event) => !guide.includes(`\`${event}\``))).toEqual([]);
  });

  test('tells of no event that there is not', () => {
    const rows = guide.split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) =>
      [...row.matchAll(/`([a-z-]+\.[a-zA-Z]+)`/g)].map(([, event = '']) => event),
    );
    expect(told.length).toBeGreaterThan(30);
    expect(told.filter((event) => !all.has(event))).toEqual([]);
  });

  test('answers why a customer got no answer, by a query that runs beside the bridge', async () => {
    const query = /```sql\n(.*?)```/s.exec(guide)?.[1] ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'kefu-guide-'));
    const file = join(folder, 'bridge.db');
    const store = await openSqlite(file, () => {});
    const world = await openWorld({ openStore: () => store });
    try {
      world.onForward(() => ({ outcome: 'later', code: 'busy', because: 'vendor', afterMs: 60_000 }));
      await world.push('hello');
      const beside = new DatabaseSync(file, { readOnly: true });
      const rows = beside.prepare(query).all({ openid: visitor });
      beside.close();
      expect(rows).toMatchObject([
        { direction: 'forward', state: 'received', code: 'busy', attempts: 1, helpdesk: 'shop/main' },
      ]);
      expect(rows[0]?.next_try).not.toBeNull();
    } finally {
      await world.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('names files that there are', () => {
    expect(readFileSync('deploy/kefu-bridge.service', 'utf8')).toContain('ExecStart=');
    expect(guide).toContain('(../deploy/kefu-bridge.service)');
  });
});
