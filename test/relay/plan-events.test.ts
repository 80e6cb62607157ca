import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import {
  asked,
  at,
  ended,
  every,
  notices,
  pending,
  planned,
  sceneOf,
  started,
  stepsOf,
  written,
} from './event-plans.ts';

describe('a message', () => {
  test('is one row a part, in order, each with the vendor’s id', () => {
    const parts = [
      { kind: 'text', text: '一' },
      { kind: 'image', media: { id: 'x_1', from: { url: 'https://desk.example/a.png' }, name: 'a.png' } },
      { kind: 'text', text: '二' },
    ] as const;
    const plan = planned([{ ...written, parts, vendorId: 'v1', at: 7 }]);
    const rows = stepsOf(plan, 'message.add');
    expect(rows.map((row) => JSON.parse(String(row.parts)))).toEqual(parts.map((part) => [part]));
    for (const row of rows) {
      expect(row).toMatchObject({
        vendorId: 'v1',
        direction: 'reply',
        lane: 'reply',
        action: 'send',
        state: 'queued',
      });
      expect(row).toMatchObject({
        writtenAt: 7,
        raw: 'a_1',
        automatic: 0,
        conversation: 'c_1',
        helpdesk: 'shop/main',
      });
      expect(JSON.parse(String(row.sender))).toEqual(written.from);
    }
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    expect(stepsOf(plan, 'conversation.advance')).toHaveLength(3);
  });

  test('waits for the media it needs, and only for these', () => {
    const media = { id: 'x_1', from: { url: 'https://desk.example/a.png' }, name: 'a.png' };
    const plan = planned([
      {
        ...written,
        parts: [
          { kind: 'image', media },
          { kind: 'video', media: { ...media, id: 'x_2' } },
          { kind: 'file', name: 'a.pdf' },
        ],
      },
    ]);
    const [image, video, file] = stepsOf(plan, 'message.add');
    expect([image?.due, video?.due, file?.due]).toEqual([
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
      null,
    ]);
    expect(stepsOf(plan, 'media.want')).toMatchObject([
      { id: 'x_1', message: image?.id, name: 'a.png' },
      { id: 'x_2', message: video?.id },
    ]);
  });

  test('takes the sequence before the row that is given it', () => {
    const ids = planned([written]).steps.map(({ statement }) => statement.id);
    expect(ids.indexOf('conversation.advance')).toBeLessThan(ids.indexOf('message.add'));
    for (const { statement, expect: rows } of planned([written]).steps) {
      if (statement.id === 'message.add' || statement.id === 'conversation.advance') expect(rows).toBe(1);
    }
  });

  test.each(['robot', 'system'] as const)('of a %s releases nothing that waits for an agent', (role) => {
    const plan = planned([{ ...written, from: { role }, automatic: true }]);
    expect(plan).toMatchObject({ wakesReply: true, wakesHelpdesk: false });
    expect(stepsOf(plan, 'turn.releaseWaiting')).toEqual([]);
    expect(stepsOf(plan, 'message.add')).toMatchObject([{ automatic: 1 }]);
  });
});

describe('what waits for an agent', () => {
  test.each<VendorEvent>([
    written,
    started,
    { ...started, by: 'robot' },
    { ...started, transferredFrom: 'old' },
    { ...at, kind: 'queueLeft', reason: 'served' },
    { ...at, kind: 'queueLeft', reason: 'timeout' },
  ])('is released when something moves (%#)', (event) => {
    const plan = planned([event]);
    expect(stepsOf(plan, 'turn.releaseWaiting')).toMatchObject([
      { conversation: 'c_1', helpdesk: 'shop/main', now: sceneOf().now },
    ]);
  });

  test.each<VendorEvent>([
    ended,
    every.queued,
    every.nobodyOnline,
    every.typing,
    every.noted,
    every.recalled,
    every.unsupported,
  ])('is not released by anything else (%#)', (event) => {
    const plan = planned([event]);
    expect(plan.wakesHelpdesk).toBe(false);
    expect(stepsOf(plan, 'turn.releaseWaiting')).toEqual([]);
  });
});

describe('an event', () => {
  test.each(Object.values(every))('leaves its mark in the history, or none ($kind)', (event) => {
    const marks = stepsOf(planned([event]), 'message.add').filter(({ lane }) => lane === null);
    const hasNone = ['message', 'receipt', 'typing', 'noted'].includes(event.kind);
    expect(marks).toHaveLength(hasNone ? 0 : 1);
    for (const mark of marks) {
      expect(mark).toMatchObject({ state: 'done', writtenAt: at.at, finishedAt: sceneOf().now, raw: 'a_1' });
      const parts = event.kind === 'recorded' ? event.parts : [{ kind: 'event', name: event.kind }];
      expect(JSON.parse(String(mark.parts))).toEqual(parts);
      expect(JSON.parse(String(mark.event))).toEqual(event);
    }
  });

  test('that needs a call makes a row that goes before the messages', () => {
    const react = { notAfter: 99 };
    for (const event of Object.values(every)) {
      const plan = planned([{ ...event, react }]);
      const rows = stepsOf(plan, 'message.add').filter(({ lane }) => lane === 'react');
      expect(rows).toMatchObject([
        { direction: 'forward', action: 'react', state: 'received', notAfter: 99 },
      ]);
      expect(JSON.parse(String(rows[0]?.event))).toEqual({ ...event, react });
      expect(plan.wakesHelpdesk).toBe(true);
    }
    const [row] = stepsOf(planned([{ ...every.noted, react: {} }]), 'message.add');
    expect(row).toMatchObject({ notAfter: null });
  });

  test('that takes a message back drops what was not sent', () => {
    const plan = planned([every.recalled]);
    expect(stepsOf(plan, 'recall.drop')).toMatchObject([{ conversation: 'c_1', vendorId: 'v1' }]);
    expect(plan.wakesReply).toBe(true);
  });

  test('that shows our message confirms it by our key', () => {
    const plan = planned([every.receipt, { ...at, kind: 'receipt', key: 'm_2' }]);
    expect(stepsOf(plan, 'receipt.confirm')).toMatchObject([
      { id: 'm_1', vendorId: 'v1' },
      { id: 'm_2', vendorId: null },
    ]);
    expect(plan).toMatchObject({ wakesHelpdesk: true, wakesReply: false });
  });
});

describe('a list to pick from', () => {
  const now = sceneOf().now;

  test('is pending for ten minutes, or as long as the vendor says', () => {
    expect(pending(planned([asked.menu]))).toEqual([
      { of: 'menu', helpdesk: 'shop/main', options: asked.menu.options, askedAt: now, until: now + 600_000 },
    ]);
    expect(pending(planned([{ ...asked.menu, expiresMs: 5 }]))).toMatchObject([{ until: now + 5 }]);
    expect(pending(planned([{ ...asked.rating, expiresMs: 5 }]))).toEqual([
      {
        of: 'rating',
        helpdesk: 'shop/main',
        session: 's',
        options: asked.rating.options,
        askedAt: now,
        until: now + 5,
      },
    ]);
  });

  test('of grades comes from the adapter where the event has none', () => {
    const bare = { ...at, kind: 'ratingAsked', session: 's' } as const;
    const ratingOptions = (memory: Json | undefined, session: string) => [
      { id: '9', label: `${session} ${JSON.stringify(memory)}` },
    ];
    const plan = planned([bare], { adapter: { ratingOptions } });
    expect(pending(plan)).toMatchObject([
      { of: 'rating', options: [{ id: '9', label: 's ["ratingAsked"]' }] },
    ]);
    expect(notices(plan)[0]).toContain('1. s ["ratingAsked"]');
    for (const adapter of [{}, { ratingOptions: () => [] }]) {
      const none = planned([bare], { adapter });
      expect([pending(none), notices(none)]).toEqual([[], []]);
    }
  });

  test('is replaced by the next, and gone with a new session', () => {
    expect(pending(planned([asked.menu, asked.rating, started]))).toMatchObject([
      { of: 'menu' },
      { of: 'rating' },
      null,
    ]);
  });
});

describe('the memory', () => {
  test('is folded in the order of events, all kinds of them', () => {
    const kinds = Object.keys(every);
    expect(planned(Object.values(every)).memory).toEqual(kinds);
    expect(planned(Object.values(every).toReversed(), { memory: ['before'] }).memory).toEqual([
      'before',
      ...kinds.toReversed(),
    ]);
  });

  test('stays as it is without events', () => {
    expect(planned([], { memory: ['before'] })).toEqual({
      steps: [],
      memory: ['before'],
      wakesReply: false,
      wakesHelpdesk: false,
    });
    expect(planned([]).memory).toBeUndefined();
  });
});

test('a plan is the same for the same events, but for the ids of its rows', () => {
  const withoutIds = (plan: ReturnType<typeof planned>) =>
    JSON.stringify(plan.steps.map(({ statement, args }) => [statement.id, args])).replaceAll(
      /m_[0-9a-f]{32}/g,
      'm',
    );
  const events = Object.values(every);
  expect(withoutIds(planned(events))).toBe(withoutIds(planned(events)));
});
