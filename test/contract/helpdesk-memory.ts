import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { type HelpdeskPlace, withBench } from './helpdesk.ts';

export function describeMemory({ open }: HelpdeskPlace): void {
  describe('the memory', () => {
    test('is folded from every kind of event, is JSON, and leaves what was folded before alone', () =>
      withBench(open, async ({ adapter, now }) => {
        let memory: Json | undefined;
        for (const event of everyKind(now())) {
          const before = freeze(structuredClone(memory));
          const next = adapter.fold(before, freeze(event), now());
          expect(JSON.parse(JSON.stringify(next))).toEqual(next);
          expect(adapter.fold(before, event, now())).toEqual(next);
          memory = next;
        }
      }));

    test('begins with nobody, and knows an agent once a session starts', () =>
      withBench(open, async ({ adapter, now }) => {
        if (adapter.serving === undefined) return;
        expect(adapter.serving(undefined, now())).toBe('nobody');
        const started = everyKind(now()).findLast(({ kind }) => kind === 'sessionStarted')!;
        expect(adapter.serving(adapter.fold(undefined, started, now()), now())).toBe('agent');
      }));

    test('names visitors by ids that differ, the same ones each time', () =>
      withBench(open, async ({ adapter, conversation }) => {
        const other = { ...conversation, id: 'c_2', visitor: `${conversation.visitor}x` };
        const ids = adapter.visitorIds(conversation);
        expect(adapter.visitorIds(conversation)).toEqual(ids);
        expect(adapter.visitorIds(other).filter((id) => ids.includes(id))).toEqual([]);
      }));
  });
}

function everyKind(at: number): readonly VendorEvent[] {
  const base = { keys: [], at };
  return [
    { ...base, kind: 'message', from: { role: 'robot' }, parts: [{ kind: 'text', text: '你好' }] },
    { ...base, kind: 'message', from: { role: 'agent', id: '1' }, parts: [] },
    { ...base, kind: 'sessionStarted', session: '1', by: 'robot' },
    { ...base, kind: 'sessionEnded', session: '1', reason: 'handedOn', by: 'robot' },
    { ...base, kind: 'queued', ahead: 2 },
    { ...base, kind: 'queueLeft', reason: 'served' },
    { ...base, kind: 'nobodyOnline', keeps: true },
    { ...base, kind: 'nobodyOnline', keeps: false },
    { ...base, kind: 'menuAsked', text: '请选择', options: [{ id: '1', label: '退货' }] },
    { ...base, kind: 'ratingAsked', session: '1' },
    { ...base, kind: 'typing' },
    { ...base, kind: 'recalled', vendorId: '1' },
    { ...base, kind: 'receipt', key: 'm_1' },
    { ...base, kind: 'noted' },
    { ...base, kind: 'unsupported', vendorKind: 'x' },
    { ...base, kind: 'sessionEnded', session: '1', reason: 'agent', by: 'agent' },
    { ...base, kind: 'sessionStarted', session: '2', by: 'agent', agent: { id: '1', name: '小李' } },
    { ...base, kind: 'queued' },
  ];
}

/** A fold that changed what it was given would throw. */
function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}
