import type { Json } from '../model/message.ts';
import type { Step } from '../ports/store.ts';
import { ringPull } from '../store/schedules.ts';
import type { ArrivedEvent, Bell } from './arrival.ts';
import { foldEvent } from './fold-event.ts';
import type { LaneId } from './lane-id.ts';
import { type EventScene, planEvents } from './plan-events.ts';

/** What one thing that arrived comes to: steps, the memory after it, and the lanes that are to be woken. */
export interface ItemPlan {
  readonly steps: readonly Step[];
  readonly memory: Json | undefined;
  readonly lanes: readonly LaneId[];
}

/** Plans an event or a bell where it belongs; without a conversation it concerns the helpdesk itself. */
export function planItem(event: ArrivedEvent, scene: EventScene): ItemPlan {
  if (event.kind === 'bell') return planBell(event, scene);
  // What concerns the helpdesk itself has no conversation to write rows in: it only changes the memory.
  if (scene.conversation === '') return { steps: [], memory: foldEvent(event, scene), lanes: [] };
  const { steps, memory, wakesReply, wakesHelpdesk } = planEvents([event], scene);
  const { tenant, helpdesk, conversation } = scene;
  return {
    steps,
    memory,
    lanes: [
      ...(wakesReply ? [{ kind: 'reply', tenant, conversation } as const] : []),
      ...(wakesHelpdesk ? [{ kind: 'helpdesk', tenant, helpdesk: helpdesk.id, conversation } as const] : []),
    ],
  };
}

function planBell({ topic, note, at }: Bell, scene: EventScene): ItemPlan {
  const { tenant, conversation, now, memory } = scene;
  const helpdesk = scene.helpdesk.id;
  return {
    steps: [ringPull({ helpdesk, topic, conversation, due: now, rung: at, note })],
    memory,
    lanes: [{ kind: 'pull', tenant, helpdesk, topic, conversation }],
  };
}
