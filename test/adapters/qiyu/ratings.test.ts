import { expect, test } from 'vitest';
import { type Desk, eventsIn, openDesk, payload, pushOf } from './desk.ts';

const silent = openDesk().adapter;
const asking = openDesk({}, { askRating: true, ratingExpiresSec: 60 }).adapter;

const end = (body: object) => pushOf('SESSION_END', { uid: 'oABC_1', staffType: 1, ...body });
const invitation = () => pushOf('EVA_INVITATION', payload('evaluation-invitation.json'));
const asked = (desk: Desk) => desk.events.filter(({ kind }) => kind === 'ratingAsked');

test.each([
  [0, 1, true],
  [2, 1, true],
  [4, 1, true],
  [1, 1, false],
  [3, 1, false],
  [5, 1, false],
  [0, 0, false],
])(
  'after closeReason %i of staffType %i the visitor is asked by setting only: %s',
  (closeReason, staffType, isAsked) => {
    const request = end({ sessionId: 5, closeReason, staffType });
    const kinds = eventsIn(asking, request).map(({ kind }) => kind);
    expect(kinds).toEqual(isAsked ? ['sessionEnded', 'ratingAsked'] : ['sessionEnded']);
    expect(eventsIn(silent, request)).toHaveLength(1);
  },
);

test('the visitor is asked when the agent invites him, by setting or not', () => {
  expect(eventsIn(asking, invitation())).toMatchObject([
    {
      kind: 'ratingAsked',
      session: '62927',
      expiresMs: 60_000,
      keys: ['rating:62927:invited'],
      visitor: 'oABC_1',
    },
    { kind: 'noted' },
  ]);
  expect(eventsIn(silent, invitation())).toMatchObject([{ kind: 'ratingAsked', expiresMs: 600_000 }, {}]);
});

test('after an invitation the end of the session asks no more', () => {
  const desk = openDesk({}, { askRating: true });
  for (const push of [invitation(), invitation(), end({ sessionId: 62927, closeReason: 0 })]) desk.push(push);
  expect(asked(desk)).toHaveLength(1);
});

test('an invitation after the question at the end counts, once', () => {
  const desk = openDesk({}, { askRating: true });
  for (const push of [end({ sessionId: 62927, closeReason: 0 }), invitation(), invitation()]) desk.push(push);
  expect(asked(desk)).toHaveLength(2);
});

test('an invitation that names no session is not understood', () => {
  const request = pushOf('EVA_INVITATION', { uid: 'oABC_1', staffId: 1234 });
  expect(silent.readCallback!(request, 1_700_000_000_000).kind).toBe('unreadable');
});
