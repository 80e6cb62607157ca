import type { Json } from '../../src/model/message.ts';
import type { Serving, VendorEvent } from '../../src/ports/helpdesk.ts';

/**
 * What is remembered of a visitor.
 *
 * `nobody` → `robot` | `agent` | `queue` → `nobody`. A session that starts, or an agent who writes, leads to `agent`; the
 * end of the session that is remembered, and of no other, leads back to `nobody`, and so does leaving the queue unserved.
 */
interface Memory {
  readonly serving?: Exclude<Serving, 'nobody'>;
  readonly session?: string;
  /** The latest sessions that ended: their start may come after their end. */
  readonly ended?: readonly string[];
  /** When the last one ended: what was written before proves no agent. */
  readonly endedAt?: number;
}

const keptEnds = 5;

/** The memory after an event. Pure. */
export function foldEvent(json: Json | undefined, event: VendorEvent): Json {
  return fold(readMemory(json), event) as unknown as Json; // texts, numbers and lists only
}

export function servingOf(json: Json | undefined): Serving {
  return readMemory(json).serving ?? 'nobody';
}

function readMemory(json: Json | undefined): Memory {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Memory) : {}; // only fold makes it
}

function fold(memory: Memory, event: VendorEvent): Memory {
  switch (event.kind) {
    case 'sessionStarted': {
      const { session, by } = event;
      return memory.ended?.includes(session) ? memory : { ...memory, serving: by, session };
    }
    case 'sessionEnded':
      return withoutSession(memory, event);
    case 'message':
      return provesAgent(memory, event) ? { ...memory, serving: 'agent' } : memory;
    case 'queued':
      return { ...withoutServing(memory), serving: 'queue' };
    case 'queueLeft':
      if (memory.serving !== 'queue') return memory;
      return event.reason === 'served' ? { ...memory, serving: 'agent' } : withoutServing(memory);
    case 'nobodyOnline':
      return withoutServing(memory);
    default:
      return memory;
  }
}

/** An agent of whom only a message told has no session: any end is his. */
function withoutSession(memory: Memory, event: Extract<VendorEvent, { kind: 'sessionEnded' }>): Memory {
  const others = (memory.ended ?? []).filter((session) => session !== event.session);
  const noted = { ...memory, ended: [event.session, ...others].slice(0, keptEnds) };
  if (memory.session !== undefined && memory.session !== event.session) return noted;
  return { ...withoutServing(noted), endedAt: Math.max(event.at, memory.endedAt ?? 0) };
}

function provesAgent(
  { serving, endedAt = 0 }: Memory,
  { from, automatic, at }: Extract<VendorEvent, { kind: 'message' }>,
): boolean {
  return from.role === 'agent' && !automatic && serving !== 'agent' && at > endedAt;
}

function withoutServing({ serving: _serving, session: _session, ...rest }: Memory): Memory {
  return rest;
}
