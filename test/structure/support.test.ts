import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settingAt } from '../../src/config/setting.ts';
import { loadEverySetting } from '../../src/settings.ts';
import { readWays } from '../../src/support/read-ways.ts';
import { writeSupport } from '../../src/support/write-support.ts';

const { adapters: definitions } = await loadEverySetting();

test('docs/support.md is what the adapters say (npm run matrix writes it)', () => {
  expect(readFileSync('docs/support.md', 'utf8')).toBe(writeSupport(definitions));
});

/** The kinds of event that are for the adapter's own memory or for the operator, and nobody else. */
const unseen = ['noted', 'unsupported'];
const events = readFileSync('src/ports/vendor-event.ts', 'utf8');
const kinds = [...events.matchAll(/readonly kind: '(\w+)'/g)].flatMap(([, kind = '']) =>
  unseen.includes(kind) ? [] : [kind],
);

describe.each(definitions.map((definition) => ({ name: definition.name, definition })))(
  'what $name says of itself',
  ({ name, definition }) => {
    const ways = readWays([definition]);
    const files = globSync(`adapters/${name}/*.ts`).filter((file) => !file.endsWith('/support.ts'));
    const source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    const union = <Item>(of: (way: (typeof ways)[number]['way']) => readonly Item[]) => [
      ...new Set(ways.flatMap(({ way }) => of(way))),
    ];

    test('has a way for each of its modes', () => {
      const mode = settingAt(definition.settings, ['mode'], {})?.schema;
      const modes = mode instanceof z.ZodEnum ? mode.options : [undefined];
      expect(ways.map(({ way }) => way.mode)).toEqual(modes);
    });

    test('tells how agents see each kind that it accepts, and no other', () => {
      for (const { way, adapter } of ways.filter((known) => known.way.elsewhere === undefined)) {
        const accepted = [...adapter.accepts].filter((kind) => kind !== 'event');
        expect(Object.keys(way.shows).toSorted()).toEqual(accepted.toSorted());
      }
    });

    test('tells of the events that it makes, and of no others', () => {
      const made = kinds.filter((kind) => source.includes(`kind: '${kind}'`));
      expect(union(({ tells }) => tells).toSorted()).toEqual(made.toSorted());
    });

    test('heeds of a rule what it reads of one', () => {
      // One that hands them on as they are has them all.
      const read = ['group', 'agent', 'priority'].filter((wish) =>
        new RegExp(`routing\\??\\.${wish}\\b|\\{ routing \\}`).test(source),
      );
      expect(union(({ heeds }) => heeds).toSorted()).toEqual(read.toSorted());
    });

    test('names settings that it has', () => {
      for (const { way, setting } of ways) {
        const named = [way.textMax?.most, way.mediaMax].filter((most) => typeof most === 'string');
        for (const each of named) expect(setting(each)).toEqual(expect.any(Number));
      }
    });
  },
);
