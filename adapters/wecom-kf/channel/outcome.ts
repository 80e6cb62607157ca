import { numberOf } from '../../../src/formats/fields.ts';
import type { SendAttempt, SendOutcome, VisitorAct } from '../../../src/ports/channel.ts';
import type { Answer } from '../kf-api.ts';
import { type Failure, outcomeOf } from '../outcome.ts';
import type { ChannelDesk } from './desk.ts';

/** What a failed call means for the reply it was made for. */
export function outcomeOfSend(
  { settings, tools }: Pick<ChannelDesk, 'settings' | 'tools'>,
  failure: Failure,
  number: number,
): Exclude<SendOutcome, { outcome: 'accepted' | 'more' }> {
  const code = failure.kind === 'said' ? failure.code : undefined;
  if (code !== undefined && settings.quotaErrcodes.includes(code)) {
    return { outcome: 'held', code: String(code), because: 'allowance' };
  }
  if (code !== undefined && settings.windowClosedErrcodes.includes(code)) {
    return { outcome: 'held', code: String(code), because: 'window' };
  }
  const { alarm, ...outcome } = outcomeOf(failure, number);
  if (alarm !== undefined) tools.log.error('alarm.raised', { alarm });
  if (outcome.outcome !== 'later') return outcome;
  // Why it is later is never a message's own fault.
  return { ...outcome, because: 'vendor' };
}

/** What a state of the chat means: nothing can be said in the pool and beside a servicer (WeCom, `service_state`). */
const wrongState = 95018;

/**
 * A reply that the chat did not take, as it is not the API's: where servicers of WeCom have the visitor, or he waits for
 * one, he is theirs from now on. Nobody takes him back.
 */
export async function lookWhose(
  { settings, api, tools }: ChannelDesk,
  held: Extract<SendOutcome, { outcome: 'held' }>,
  { visitor, key, number, signal }: SendAttempt,
): Promise<SendOutcome> {
  if (held.code !== String(wrongState)) return held;
  const answer = await api.state({ openKfid: settings.openKfid, external: visitor }, signal);
  if (!isServed(answer)) return held;
  const news: VisitorAct = {
    kind: 'visitor',
    key: `served:${key}:${number}`,
    visitor,
    writtenAt: tools.now() - aheadMs,
    parts: [{ kind: 'event', name: 'session-found-served' }],
    opens: false,
    from: { role: 'system' },
    ownAgents: 'took',
  };
  return { ...held, news };
}

/** The end of their session, by WeCom's clock and in whole seconds, must not seem to have been before this. */
const aheadMs = 5000;

function isServed(answer: Answer): boolean {
  const state = answer.kind === 'ok' ? numberOf(answer.fields, 'service_state') : undefined;
  return state === 2 || state === 3;
}
