import { newId } from '../model/ids.ts';
import type { Json } from '../model/message.ts';
import type { Step } from '../ports/store.ts';
import { addStray, adoptStray, findBinding, straysOf } from '../store/bindings.ts';
import { createMemory, proveMemory, readMemory, updateMemory } from '../store/memories.ts';
import { see } from '../store/seen.ts';
import type { MessageTable } from '../store/tables.ts';
import { type Arrival, type ArrivedEvent, eventSeenForMs } from './arrival.ts';
import type { Bridge } from './bridge.ts';
import { planEffects } from './effect-plan.ts';
import { readElsewhere } from './hold-stay.ts';
import type { LaneId } from './lane-id.ts';
import { readLateRecalls } from './late-recalls.ts';
import { planItem } from './plan-item.ts';
import { memoryOf, type ReadMemory } from './read-row.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

/** One transaction's worth of an arrival, made of what the store said a moment ago. */
export interface ArrivalPlan {
  readonly steps: readonly TaggedStep[];
  readonly lanes: readonly LaneId[];
  readonly dues: readonly number[];
  /** Outside ids under which something was kept, as nobody knows their visitor. */
  readonly strayed: readonly string[];
  /** Conversations in which an agent is writing. */
  readonly typed: readonly string[];
}

/** `isFirst`: nothing was missed yet, so what the attempt knows of the memory may still be so; the transaction proves it. */
export async function planArrival(
  bridge: Bridge,
  arrival: Arrival,
  { isFirst }: { readonly isFirst: boolean },
): Promise<ArrivalPlan> {
  const items = await collectItems(bridge, arrival);
  const memories = await readMemories(bridge, arrival, { items, isFirst });
  const elsewhere = await readElsewhere(bridge, arrival, conversationsIn(items));
  const hasGone = await readLateRecalls(bridge, arrival.helpdesk.id, items.flatMap(placedIn));
  const before = new Map(memories);
  const now = bridge.clock.now();
  const { tenant, helpdesk, raw } = arrival;
  const idle = tenant.routing && { idleMs: tenant.routing.idleMs };
  const scene = { tenant: tenant.name, helpdesk, now, raw, log: bridge.log, ...idle };
  const lanes: LaneId[] = [];
  const steps: TaggedStep[] = [];
  for (const item of items) {
    steps.push(...markSeen(arrival, item, now), ...adoptOne(item, now));
    if (item.target.kind === 'stray') steps.push(...plain(keepStray(arrival, item, now)));
    else {
      const { conversation } = item.target;
      const memory = memories.get(conversation);
      const isElsewhere = elsewhere.has(conversation);
      const plan = planItem(item.event, {
        ...scene,
        conversation,
        isElsewhere,
        hasGone: (vendorId) => hasGone(conversation, vendorId),
        memory: memory?.value,
      });
      memories.set(conversation, { version: memory?.version ?? 0, value: plan.memory });
      steps.push(...plain(...plan.steps));
      lanes.push(...plan.lanes);
    }
  }
  const effects = planEffects(arrival, now);
  const known = {
    hasMoved: hasMoved(arrival, before),
    isRowFinished: arrival.isRowFinished ?? false,
  };
  return {
    steps: [
      ...((await arrival.first?.(known)) ?? []),
      ...steps,
      ...writeMemories(arrival, before, memories),
      ...effects.steps,
    ],
    lanes: [...lanes, ...effects.lanes],
    dues: effects.dues,
    typed: items.flatMap(typedIn),
    strayed: items.flatMap(({ target }) => (target.kind === 'stray' ? [target.outside] : [])),
  };
}

/** An event and where it belongs. `stray`: the row under which it waited. */
interface Item {
  readonly event: ArrivedEvent;
  readonly target: Target;
  readonly stray?: string;
}

/** `conversation` is empty for what concerns the helpdesk itself. */
type Target =
  | { readonly kind: 'conversation'; readonly conversation: string }
  | { readonly kind: 'stray'; readonly outside: string };

/** What belongs to a conversation that is known. */
function placedIn({ event, target }: Item) {
  return target.kind === 'stray' ? [] : [{ event, conversation: target.conversation }];
}

function typedIn({ event, target }: Item): readonly string[] {
  const isTyping = event.kind === 'typing' && target.kind === 'conversation' && target.conversation !== '';
  return isTyping ? [target.conversation] : [];
}

/** Strays of the ids that are bound now come first: they arrived before. */
async function collectItems(bridge: Bridge, arrival: Arrival): Promise<readonly Item[]> {
  const { helpdesk, events, conversation, effects } = arrival;
  const named = events.flatMap(({ visitor }) => (typeof visitor === 'string' ? [visitor] : []));
  const found = await lookUp(bridge, helpdesk.id, [...new Set([...named, ...(effects.bind ?? [])])]);
  const items = events.map((event): Item => ({ event, target: targetOf(event) }));
  function ownerOf(outside: string): string | undefined {
    return found.owners.get(outside) ?? (effects.bind?.includes(outside) ? conversation : undefined);
  }
  function targetOf({ visitor }: ArrivedEvent): Target {
    if (visitor === undefined) return { kind: 'conversation', conversation: conversation ?? '' };
    if (visitor === null) return { kind: 'conversation', conversation: '' };
    const owner = ownerOf(visitor);
    return owner === undefined
      ? { kind: 'stray', outside: visitor }
      : { kind: 'conversation', conversation: owner };
  }
  const adopted = found.strays.flatMap(({ id, outside, event }): readonly Item[] => {
    const owner = ownerOf(outside ?? '');
    if (owner === undefined) return [];
    // Kept by `keepStray`.
    return [
      {
        event: JSON.parse(event ?? '{}') as ArrivedEvent,
        target: { kind: 'conversation', conversation: owner },
        stray: id,
      },
    ];
  });
  return [...adopted, ...items];
}

interface Found {
  /** Conversations by outside id. */
  readonly owners: ReadonlyMap<string, string>;
  /** What still waits under these ids, in order of arrival. */
  readonly strays: readonly MessageTable[];
}

async function lookUp(bridge: Bridge, helpdesk: string, outside: readonly string[]): Promise<Found> {
  if (outside.length === 0) return { owners: new Map(), strays: [] };
  const found = await bridge.store.batch([
    ...outside.map((id) => findBinding({ helpdesk, outside: id })),
    ...outside.map((id) => straysOf({ helpdesk, outside: id })),
  ]);
  // In the order in which it was asked.
  const bindings = found.slice(0, outside.length) as readonly (readonly {
    readonly conversation: string;
  }[])[];
  const strays = found.slice(outside.length) as readonly (readonly MessageTable[])[];
  return {
    owners: new Map(
      outside.flatMap((id, place) => {
        const owner = bindings[place]?.[0]?.conversation;
        return owner === undefined ? [] : [[id, owner] as const];
      }),
    ),
    strays: strays
      .flat()
      .toSorted((one, other) => Number(one.seq) - Number(other.seq) || (one.id < other.id ? -1 : 1)),
  };
}

/** Also the empty one of what concerns the helpdesk itself. */
function conversationsIn(items: readonly Item[]): readonly string[] {
  const touched = items.flatMap(({ target }) =>
    target.kind === 'conversation' ? [target.conversation] : [],
  );
  return [...new Set(touched)];
}

async function readMemories(
  bridge: Bridge,
  arrival: Arrival,
  { items, isFirst }: { readonly items: readonly Item[]; readonly isFirst: boolean },
): Promise<Map<string, ReadMemory>> {
  const { conversation: own = '', memoryVersion } = arrival;
  // Without events of its own it stays as it is, whatever stands there.
  if (isFirst && items.length === 0 && memoryVersion !== undefined) {
    return new Map([[own, { version: memoryVersion, value: undefined }]]);
  }
  const conversations = [
    ...new Set([...(memoryVersion === undefined ? [] : [own]), ...conversationsIn(items)]),
  ];
  if (conversations.length === 0) return new Map();
  const found = await bridge.store.batch(
    conversations.map((conversation) => readMemory({ helpdesk: arrival.helpdesk.id, conversation })),
  );
  return new Map(conversations.map((conversation, place) => [conversation, memoryOf(found[place] ?? [])]));
}

function markSeen(arrival: Arrival, { event, stray }: Item, now: number): readonly TaggedStep[] {
  if (stray !== undefined) return [];
  const { tenant, helpdesk } = arrival;
  const until = now + eventSeenForMs;
  const keys = [...new Set(event.keys)];
  return tagged(
    { kind: 'seen' },
    ...keys.map((key) => see({ tenant: tenant.name, source: helpdesk.id, key, until, answer: null }, 1)),
  );
}

function adoptOne({ stray, target }: Item, now: number): readonly TaggedStep[] {
  if (stray === undefined || target.kind === 'stray') return [];
  return tagged({ kind: 'adopted' }, adoptStray({ id: stray, conversation: target.conversation, now }, 1));
}

function keepStray(arrival: Arrival, { event, target }: Item, now: number): Step {
  return addStray({
    id: newId('m'),
    tenant: arrival.tenant.name,
    helpdesk: arrival.helpdesk.id,
    outside: target.kind === 'stray' ? target.outside : '',
    event: JSON.stringify(event),
    writtenAt: Math.round(event.at),
    raw: arrival.raw,
    now,
  });
}

function hasMoved(
  { memoryVersion, conversation }: Arrival,
  before: ReadonlyMap<string, ReadMemory>,
): boolean {
  return memoryVersion !== undefined && before.get(conversation ?? '')?.version !== memoryVersion;
}

/** What did not change is only proved to be as it was, where a decision rests on it. */
function writeMemories(
  arrival: Arrival,
  before: ReadonlyMap<string, ReadMemory>,
  after: ReadonlyMap<string, ReadMemory>,
): readonly TaggedStep[] {
  const helpdesk = arrival.helpdesk.id;
  return [...after].flatMap(([conversation, { value, version }]) => {
    const old = before.get(conversation)?.value;
    if (sameJson(old, value)) {
      const isOwn = arrival.memoryVersion !== undefined && conversation === (arrival.conversation ?? '');
      return isOwn ? tagged({ kind: 'memory' }, proveMemory({ helpdesk, conversation, version }, 1)) : [];
    }
    const text = JSON.stringify(value ?? null);
    const step =
      version === 0
        ? createMemory({ helpdesk, conversation, value: text }, 1)
        : updateMemory({ helpdesk, conversation, version, value: text }, 1);
    return tagged({ kind: 'memory' }, step);
  });
}

function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
