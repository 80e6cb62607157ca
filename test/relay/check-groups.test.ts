import { describe, expect, test } from 'vitest';
import type { HelpdeskAdapter } from '../../src/ports/helpdesk.ts';
import { checkGroups } from '../../src/relay/check-groups.ts';

const adapter: HelpdeskAdapter = {
  accepts: new Set(),
  forward: async () => ({ outcome: 'accepted' }),
  visitorIds: () => [],
  fold: () => null,
};
const listing = { ...adapter, groups: async () => [{ id: '1', name: '售前' }] };

const ruleFor = (group: string, helpdesk?: string) => ({
  when: {},
  routing: { group },
  moves: false,
  ...(helpdesk !== undefined && { helpdesk }),
});
const rules = [ruleFor('1'), ruleFor('2'), ruleFor('2'), ruleFor('3', 'shop/b')];
const routing = { rules, home: 'shop/a', timeZone: 'UTC', idleMs: 1, vipAttribute: 'vip' };

const textsOf = async (helpdesk: string, by: HelpdeskAdapter) =>
  (await checkGroups({ routing }, { id: helpdesk, adapter: by }, AbortSignal.timeout(1000))).map(
    ({ text }) => text,
  );

describe('groups that rules name', () => {
  test('are compared with those that the helpdesk lists, each once', async () => {
    expect(await textsOf('shop/a', listing)).toEqual(['a rule names the group 2, which is none of 1 (售前)']);
    expect(await textsOf('shop/b', listing)).toEqual(['a rule names the group 3, which is none of 1 (售前)']);
  });

  test('are taken as they are where the helpdesk lists none', async () => {
    expect(await textsOf('shop/a', adapter)).toEqual([]);
  });

  test('are said not to be compared where the list cannot be had', async () => {
    const failing = { ...adapter, groups: () => Promise.reject(new Error('down')) };
    expect(await textsOf('shop/a', failing)).toHaveLength(1);
  });
});
