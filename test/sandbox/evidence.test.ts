import { expect, test } from 'vitest';
import { gatherEvidence } from '../../sandbox/evidence.ts';
import type { MessageRow } from '../../sandbox/story.ts';
import type { Exchange } from '../../sandbox/vendors/server.ts';

const at = 1_700_000_000_000;
const row = { id: 'm_1', direction: 'forward', visitor: 'oVisitor1' } as MessageRow; // all that is looked at
const attempts = [{ startedAt: at, endedAt: at + 100, outcome: 'accepted' }];

function exchange(path: string, body: string): Exchange {
  const bytes = Buffer.from(body);
  const sent = { method: 'POST', path, query: '', body: bytes, bytes: bytes.length };
  return { at: at + 10, tookMs: 5, ...sent, status: 200, answer: '{}' };
}

const phones = { requests: () => [], knocks: () => [] };

test('a call is a message’s if it was made in time and names its visitor', () => {
  const requests = () => [
    exchange('/send', '{"to":"oVisitor1"}'),
    exchange('/send', '{"to":"oVisitor2"}'),
    { ...exchange('/send', '{"to":"oVisitor1"}'), at: at + 500 },
  ];
  const { calls } = gatherEvidence(
    { row, raw: undefined, attempts },
    { phones, desks: [{ name: 'desk', desk: { requests, knocks: () => [] } }] },
  );
  expect(calls).toMatchObject([{ title: 'POST /send', request: '{"to":"oVisitor1"}', to: 'desk' }]);
});

test('a desk that hides the visitor and the words says whose a call is, and what it says in clear', () => {
  const requests = () => [exchange('/send/track-1', 'c2VjcmV0'), exchange('/send/track-2', 'c2VjcmV0')];
  const { calls } = gatherEvidence(
    { row, raw: undefined, attempts },
    {
      phones,
      desks: [
        {
          name: 'desk',
          desk: {
            requests,
            knocks: () => [],
            isAbout: ({ path }, visitor) => path.endsWith('track-1') && visitor === 'oVisitor1',
            plain: ({ body }) => Buffer.from(body.toString(), 'base64').toString(),
          },
        },
      ],
    },
  );
  expect(calls).toMatchObject([{ title: 'POST /send/track-1', request: 'c2VjcmV0', plain: 'secret' }]);
});

test('what was tried at one desk before it went to the other shows as calls of both', () => {
  const at1 = exchange('/first', 'oVisitor1');
  const at2 = { ...exchange('/second', 'oVisitor1'), at: at + 60_010 };
  const desk = (request: Exchange) => ({ requests: () => [request], knocks: () => [] });
  const again = { ...attempts[0], startedAt: at + 60_000, endedAt: at + 60_100, outcome: 'accepted' };
  const { calls } = gatherEvidence(
    { row, raw: undefined, attempts: [...attempts, again] },
    {
      phones,
      desks: [
        { name: 'desk', desk: desk(at1) },
        { name: 'second', desk: desk(at2) },
      ],
    },
  );
  expect(calls.map(({ title, to }) => `${title} at ${to}`)).toEqual([
    'POST /first at desk',
    'POST /second at second',
  ]);
});
