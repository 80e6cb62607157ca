import { numberOf } from '../../src/formats/fields.ts';
import type { Option } from '../../src/model/message.ts';
import type { Delivery, RatingChoice, ReactContext, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { asAnswer } from './answer-request.ts';
import { connect, nobodyEvent, queueEvent } from './connect.ts';
import type { Desk } from './desk.ts';
import { readExtra, readMemory } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { partnerIdOf } from './profile.ts';
import { idsOf } from './translate-entry.ts';

/** Asks for an agent, past the robot. That nobody is there, or a queue, are answers too. */
export async function askForAgent(desk: Desk, context: VisitorContext): Promise<Delivery> {
  return asAnswer(desk, context, await connect(desk, context));
}

/** Best first, as the visitor reads them: 1 is 非常满意, worth 5 (Zhichi, `comment`). */
export const grades: readonly Option[] = [
  { id: '5', label: '非常满意' },
  { id: '4', label: '满意' },
  { id: '3', label: '一般' },
  { id: '2', label: '不满意' },
  { id: '1', label: '非常不满意' },
];

/** Hands in the visitor's rating (Zhichi, `comment`): 0 failed, 1 done, 2 rated before, 3 no session to rate. */
export async function rate(desk: Desk, choice: RatingChoice, context: VisitorContext): Promise<Delivery> {
  const score = Number(choice.option.id);
  if (!Number.isInteger(score) || score < 1 || score > 5) return { outcome: 'refused', code: 'no_grade' };
  const { settings, api } = desk;
  const solved = settings.ratingSolved ? solvedBy(score) : undefined;
  const partnerid = partnerIdOf(settings.uidTemplate, context.conversation);
  const answer = await api.rate({ partnerid, score, solved }, context.signal);
  // The same rating twice is rated before.
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context);
  const status = numberOf(answer.item, 'status');
  if (status === 1 || status === 2) return { outcome: 'accepted' };
  if (status === 0) return { outcome: 'later', code: 'rating failed', because: 'message', atMost: 2 };
  return { outcome: 'refused', code: 'no session to rate' };
}

/** The visitor leaves: the agent's session ends (Zhichi, `out`). */
export async function closeSession(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const partnerId = partnerIdOf(desk.settings.uidTemplate, context.conversation);
  const answer = await desk.api.leave(partnerId, context.signal);
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context);
  return numberOf(answer.item, 'status') === 1
    ? { outcome: 'accepted' }
    : { outcome: 'refused', code: 'no session to end' };
}

/** What a push tells that only the memory can judge: no call is needed for it. */
export async function react(desk: Desk, event: VendorEvent, context: ReactContext): Promise<Delivery> {
  const { conversation } = context;
  const { queue, hasQueuedTooLong, cid } = readExtra(event);
  if (conversation === undefined) return { outcome: 'accepted' };
  if (queue === undefined && !hasQueuedTooLong) {
    return { outcome: 'accepted', ...(cid !== undefined && { bind: idsOf({ cid }) }) };
  }
  const memory = readMemory(context.memory.conversation);
  // Whoever is served has left the queue: a push that says otherwise came late.
  if (memory.state?.kind === 'human') return { outcome: 'accepted' };
  const known = { ...context, conversation };
  const waitsSince = memory.queue?.since;
  const absence = { isQueueing: true, ...(waitsSince !== undefined && { waitsSince }) } as const;
  const told = queue === undefined ? nobodyEvent(desk, known, absence) : queueEvent(desk, known, queue);
  return { outcome: 'accepted', events: [told] };
}

/** Neither good nor bad says nothing of it. */
function solvedBy(score: number): 0 | 1 | undefined {
  if (score >= 4) return 1;
  return score <= 2 ? 0 : undefined;
}
