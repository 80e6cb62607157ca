import { numberOf } from '../../src/formats/fields.ts';
import type { Delivery, RatingChoice, WakeDelivery } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { allocate, type Desk } from './allocate.ts';
import { readMemory } from './memory.ts';
import { codes, outcomeOfHarmless } from './outcome.ts';
import { fingerprintOf, profileOf, uidOf } from './profile.ts';
import { noteExtra } from './translate.ts';

/** Asks for an agent, past the robot. That nobody is online, or a queue, are answers too. */
export async function askForAgent(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const asked = await allocate(desk, context, { robotFirst: false });
  if (asked.kind === 'failed') return outcomeOfHarmless(asked.failure, context.number);
  const { kind: _kind, ...effects } = asked;
  return { outcome: 'accepted', ...effects };
}

/** Hands in the visitor's rating; during the session and after it (Qiyu, `evaluate`). */
export async function rate(desk: Desk, choice: RatingChoice, context: VisitorContext): Promise<Delivery> {
  const value = Number(choice.option.id);
  if (!/^\d+$/.test(choice.session) || !Number.isSafeInteger(value)) {
    return { outcome: 'refused', code: 'no_grade' };
  }
  const uid = uidOf(desk.settings.uidTemplate, context.conversation);
  const answer = await desk.api.evaluate({ uid, session: choice.session, value }, context.signal);
  // The same grade twice is the same grade.
  return answer.kind === 'ok' ? { outcome: 'accepted' } : outcomeOfHarmless(answer, context.number);
}

export async function sendProfile(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const profile = profileOf(context.conversation);
  const uid = uidOf(desk.settings.uidTemplate, context.conversation);
  const answer = await desk.api.updateProfile(uid, profile, context.signal);
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context.number);
  return { outcome: 'accepted', events: [noteExtra({ profile: fingerprintOf(profile) }, desk.now())] };
}

/** Looks at the queue while the visitor waits in it (Qiyu, `queryQueueStatus`), and is due again as long as he does. */
export async function pollQueue(desk: Desk, context: VisitorContext): Promise<WakeDelivery> {
  const { state } = readMemory(context.memory.conversation);
  const stop = { wakes: [{ name: 'queue', afterMs: null }] };
  if (state?.kind !== 'queued') return { outcome: 'accepted', ...stop };
  const again = { wakes: [{ name: 'queue', afterMs: desk.settings.queuePollSec * 1000 }] };
  const uid = uidOf(desk.settings.uidTemplate, context.conversation);
  const at = desk.now();
  const answer = await desk.api.queryQueue(uid, context.signal);
  if (answer.kind !== 'ok') {
    const isForgotten = answer.kind === 'said' && answer.code === codes.visitorUnknown;
    return isForgotten
      ? { outcome: 'accepted', events: [{ kind: 'queueLeft', reason: 'other', keys: [], at }], ...stop }
      : { outcome: 'accepted', ...again };
  }
  const ahead = numberOf(answer.fields, 'count');
  if (ahead !== undefined && ahead < 0) {
    return { outcome: 'accepted', events: [{ kind: 'queueLeft', reason: 'served', keys: [], at }], ...stop };
  }
  const hasMoved = ahead !== undefined && ahead !== state.ahead;
  return { outcome: 'accepted', ...again, ...(hasMoved && { events: [noteExtra({ ahead }, at)] }) };
}
