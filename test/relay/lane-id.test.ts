import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { destinationOf, helpdeskId, type LaneId, laneName, tenantOf } from '../../src/relay/lane-id.ts';

const tenants = fc.constantFrom('shop', 'club');
const helpdesks = fc.constantFrom('shop/main', 'shop/night', 'club/main');
const conversations = fc.constantFrom('', 'c_1', 'c_2');

const lane: fc.Arbitrary<LaneId> = fc.oneof(
  fc.record({
    kind: fc.constant('helpdesk' as const),
    tenant: tenants,
    helpdesk: helpdesks,
    conversation: conversations,
  }),
  fc.record({ kind: fc.constant('reply' as const), tenant: tenants, conversation: conversations }),
  fc.record({ kind: fc.constant('knock' as const), tenant: tenants, conversation: conversations }),
  fc.record({
    kind: fc.constant('pull' as const),
    tenant: tenants,
    helpdesk: helpdesks,
    topic: fc.constantFrom('', 'stream', 'c_1', 'a b', 'c_1 stream'),
    conversation: conversations,
  }),
);

/** What makes a lane another one. Conversations belong to one tenant, and helpdesks name theirs. */
function essence(id: LaneId): string {
  const { tenant, ...rest } = id;
  return JSON.stringify(rest);
}

describe('a lane', () => {
  test('has a name of its own', () => {
    fc.assert(
      fc.property(lane, lane, (one, other) => {
        expect(laneName(one) === laneName(other)).toBe(essence(one) === essence(other));
      }),
      { numRuns: 2000 },
    );
  });

  test('is named for the store and for logs', () => {
    expect(laneName({ kind: 'reply', tenant: 'shop', conversation: 'c_1' })).toBe('reply c_1');
    expect(laneName({ kind: 'helpdesk', tenant: 'shop', helpdesk: 'shop/main', conversation: 'c_1' })).toBe(
      'helpdesk shop/main c_1',
    );
    expect(
      laneName({ kind: 'pull', tenant: 'shop', helpdesk: 'shop/main', topic: 'stream', conversation: '' }),
    ).toBe('pull shop/main  stream');
  });
});

describe('a destination', () => {
  test('is the account for replies, and the helpdesk for the rest, its pulls apart', () => {
    const shared = { tenant: 'shop', helpdesk: 'shop/main', conversation: 'c_1' } as const;
    expect(destinationOf({ kind: 'reply', tenant: 'shop', conversation: 'c_1' })).toBe('channel shop');
    expect(destinationOf({ kind: 'helpdesk', ...shared })).toBe('helpdesk shop/main');
    expect(destinationOf({ kind: 'pull', topic: 'stream', ...shared })).toBe('pull shop/main');
  });

  test('is the same for every conversation', () => {
    fc.assert(
      fc.property(lane, conversations, (id, conversation) => {
        expect(destinationOf({ ...id, conversation })).toBe(destinationOf(id));
      }),
    );
  });
});

test('a helpdesk of one name belongs to many tenants', () => {
  expect([helpdeskId('shop', 'main'), helpdeskId('club', 'main')]).toEqual(['shop/main', 'club/main']);
  expect(tenantOf(helpdeskId('shop', 'main'))).toBe('shop');
});
