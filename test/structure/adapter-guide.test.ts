import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const guide = readFileSync('docs/writing-an-adapter.md', 'utf8');
const port = readFileSync('src/ports/helpdesk.ts', 'utf8');
const events = readFileSync('src/ports/vendor-event.ts', 'utf8');

/** The first cells of the table under this heading, without their marks. */
function firstCells(heading: string): readonly string[] {
  const section = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| \**`(\w+)`\** /gm)].map(([, name = '']) => name);
}

/** Of this interface, the members and whether they may be left out, in the order in which they stand. */
function membersOf(source: string, name: string) {
  const body = source.split(`export interface ${name} {\n`)[1]?.split('\n}\n')[0] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)(\??)[:(]/gm)].map(([, member = '', mark]) => ({
    member,
    isNeeded: mark === '',
  }));
}

describe('docs/writing-an-adapter.md', () => {
  test('names every member of an adapter, and which of them are needed', () => {
    const members = membersOf(port, 'HelpdeskAdapter');
    expect(members.length).toBeGreaterThan(15);
    expect(firstCells("The adapter's members").toSorted()).toEqual(
      members.map(({ member }) => member).toSorted(),
    );
    for (const { member, isNeeded } of members) {
      expect(guide).toMatch(new RegExp(`^\\| \`${member}\` +\\| ${isNeeded ? 'yes' : ' +'} +\\|`, 'm'));
    }
  });

  test('names every event and every effect', () => {
    const kinds = [...events.matchAll(/readonly kind: '(\w+)'/g)].map(([, kind = '']) => kind);
    expect(kinds.length).toBeGreaterThan(10);
    expect(firstCells('What happened at the vendor').toSorted()).toEqual(kinds.toSorted());
    for (const { member } of membersOf(port, 'Effects')) expect(guide).toContain(`\`${member}\``);
  });

  test('names every outcome', () => {
    const outcomes = [...port.matchAll(/readonly outcome: '(\w+)'/g)].map(([, outcome = '']) => outcome);
    expect(outcomes).toContain('unknown');
    for (const outcome of outcomes.filter((each) => each !== 'page')) {
      expect(guide).toContain(`\`${outcome}\``);
    }
  });

  test('leads nowhere where nothing is', () => {
    const paths = [...guide.matchAll(/[`(](?:\.\.\/)?((?:adapters|src|sandbox|test)\/[\w./-]+)[`)]/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});
