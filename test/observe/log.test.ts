import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openLog, SECRET } from './open-log.ts';

describe('a line', () => {
  test('is one JSON object with its time, its level and the name of what happened', () => {
    const { log, written, lines } = openLog();
    const before = Date.now();
    log.warn('forward.attempted', { conversation: 'c_1', attempt: 2, isLast: false, code: null });
    log.error('bridge.stopped');
    expect(written).toHaveLength(2);
    for (const line of written) expect(line).toMatch(/^\{[^\n]*\}\n$/);
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.any(Number),
        msg: 'forward.attempted',
        conversation: 'c_1',
        attempt: 2,
        isLast: false,
        code: null,
      },
      { level: 'error', time: expect.any(Number), msg: 'bridge.stopped' },
    ]);
    expect(lines()[0]?.time).toBeGreaterThanOrEqual(before);
    expect(lines()[0]?.time).toBeLessThanOrEqual(Date.now());
  });

  test('stays one whatever its fields are', () => {
    const odd = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), odd), (fields) => {
        const { log, written, lines } = openLog();
        log.info('thing.happened', fields);
        expect(written).toHaveLength(1);
        expect(written[0]?.indexOf('\n')).toBe((written[0]?.length ?? 0) - 1);
        expect(lines()[0]).toMatchObject({ level: 'info', time: expect.any(Number), msg: 'thing.happened' });
      }),
    );
  });

  test('keeps its own fields where others have their names', () => {
    const { log, lines } = openLog();
    log.with({ level: 'child' }).info('thing.happened', { time: 'late', msg: 'other' });
    expect(lines()).toEqual([
      {
        level: 'info',
        level_: 'child',
        time: expect.any(Number),
        time_: 'late',
        msg: 'thing.happened',
        msg_: 'other',
      },
    ]);
  });

  test('carries the fields of all logs it came through', () => {
    const { log, lines } = openLog();
    log.with({ tenant: 'shop' }).with({ helpdesk: 'main' }).debug('thing.happened', { code: 'a' });
    log.info('other.happened');
    expect(lines()).toMatchObject([
      { tenant: 'shop', helpdesk: 'main', code: 'a' },
      { msg: 'other.happened' },
    ]);
    expect(lines()[1]).not.toHaveProperty('tenant');
  });

  test('survives what contains itself', () => {
    const knot: Record<string, unknown> = { token: SECRET };
    knot.knot = knot;
    knot.list = [knot];
    const { log, written, lines } = openLog();
    log.info('thing.happened', { knot });
    expect(lines()).toHaveLength(1);
    expect(written[0]).not.toContain(SECRET);
  });

  test('goes to stdout if nothing else is said', () => {
    const script = `import('./src/observe/log.ts').then(({ createLog }) => createLog('info').info('thing.happened'))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ msg: 'thing.happened' });
    expect(stderr).toBe('');
  });
});

describe('the level', () => {
  const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

  test.each(levels)('%s lets through what weighs as much or more', (level) => {
    const { log, lines } = openLog(level);
    for (const each of [log, log.with({ a: 1 })]) {
      for (const name of ['debug', 'info', 'warn', 'error'] as const) each[name](name);
    }
    const through = levels.slice(levels.indexOf(level)).filter((name) => name !== 'silent');
    expect(lines().map(({ msg }) => msg)).toEqual([...through, ...through]);
  });

  test.each(levels)('%s lets through what is announced', (level) => {
    const { log, lines } = openLog(level);
    log.announce('listening', {
      public: 'http://127.0.0.1:3000',
      admin: 'http://127.0.0.1:3001',
      token: SECRET,
    });
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.any(Number),
        msg: 'listening',
        public: 'http://127.0.0.1:3000',
        admin: 'http://127.0.0.1:3001',
        token: '***',
      },
    ]);
  });
});
