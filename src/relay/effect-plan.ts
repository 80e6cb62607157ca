import type { Step } from '../ports/store.ts';
import { bind } from '../store/bindings.ts';
import { clearWake, ringPull, setWake } from '../store/schedules.ts';
import { see } from '../store/seen.ts';
import { type Arrival, eventSeenForMs } from './arrival.ts';
import type { LaneId } from './lane-id.ts';
import { addReply } from './new-rows.ts';
import { askedPause } from './pauses.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

export interface EffectPlan {
  readonly steps: readonly TaggedStep[];
  readonly lanes: readonly LaneId[];
  readonly dues: readonly number[];
}

/** What an outcome or a page brings beside its events. */
export function planEffects(arrival: Arrival, now: number): EffectPlan {
  const say = planSay(arrival, now);
  const times = [...planWakes(arrival, now), ...planWatches(arrival, now)];
  return {
    steps: [...say.steps, ...plain(...planBindings(arrival), ...times.map(({ step }) => step))],
    lanes: say.lanes,
    dues: times.flatMap(({ due }) => (due === null ? [] : [due])),
  };
}

/** Parts for the visitor, each a reply of its own, once. */
function planSay(arrival: Arrival, now: number): Pick<EffectPlan, 'steps' | 'lanes'> {
  const { tenant, helpdesk, conversation, effects, sayKey } = arrival;
  const parts = effects.say ?? [];
  if (parts.length === 0 || conversation === undefined) return { steps: [], lanes: [] };
  const draft = {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    conversation,
    now,
    from: { role: 'robot' as const },
    automatic: true,
  };
  const seenOnce =
    sayKey === undefined
      ? []
      : tagged(
          { kind: 'said' },
          see(
            {
              tenant: tenant.name,
              source: helpdesk.id,
              key: sayKey,
              until: now + eventSeenForMs,
              answer: null,
            },
            1,
          ),
        );
  return {
    steps: [...seenOnce, ...plain(...parts.flatMap((part) => addReply({ ...draft, parts: [part] })))],
    lanes: [{ kind: 'reply', tenant: tenant.name, conversation }],
  };
}

function planBindings({ helpdesk, conversation, effects }: Arrival): readonly Step[] {
  if (conversation === undefined) return [];
  return (effects.bind ?? []).map((outside) => bind({ helpdesk: helpdesk.id, outside, conversation }));
}

interface TimedStep {
  readonly step: Step;
  readonly due: number | null;
}

function planWakes({ helpdesk, conversation = '', effects }: Arrival, now: number): readonly TimedStep[] {
  return (effects.wakes ?? []).map(({ name, afterMs }) => {
    const wake = { helpdesk: helpdesk.id, conversation, name };
    if (afterMs === null) return { step: clearWake(wake), due: null };
    const due = dueIn(afterMs, now);
    return { step: setWake({ ...wake, due, attempts: 0 }), due };
  });
}

/** A watched topic is the visitor's where there is one, else the helpdesk's. */
function planWatches({ helpdesk, conversation = '', effects }: Arrival, now: number): readonly TimedStep[] {
  return (effects.watch ?? []).map(({ topic, afterMs }) => {
    const due = dueIn(afterMs, now);
    return {
      step: ringPull({ helpdesk: helpdesk.id, topic, conversation, due, rung: null, note: null }),
      due,
    };
  });
}

/** What should have been by now is due at once. */
function dueIn(afterMs: number, now: number): number {
  return now + (askedPause(afterMs) ?? 0);
}
