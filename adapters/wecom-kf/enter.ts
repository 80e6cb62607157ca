import { listOf, textOf } from '../../src/formats/fields.ts';
import { readClaims } from '../../src/formats/session-from.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import type { Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { customerId, isSameChat } from './accounts.ts';
import type { Desk } from './desk.ts';
import { type Deed, note, readMemory, recorded } from './memory.ts';
import { isRepeat, msgidOf } from './msgid.ts';
import { onceFailed, outcomeOfHarmless } from './outcome.ts';
import { recordSaid } from './said.ts';
import { writeTranscript } from './transcript.ts';
import { findUntold, noteTold, transcriptId } from './untold.ts';

type Entering = Extract<Deed, { kind: 'enter' }>;

interface Step {
  readonly desk: Desk;
  readonly deed: Entering;
  readonly context: VisitorContext;
  readonly event: VendorEvent;
}

/**
 * A customer came by the visitor's reference: the two are found to be one, or not, and he is welcomed by what was said
 * before, all at once, as the code for that lives 20 s. One call a step.
 */
export async function enterChat(step: Step): Promise<Delivery> {
  switch (step.context.progress) {
    case 'met':
      return bindCustomer(step);
    case 'bound':
      return welcome(step);
    default:
      return meetCustomer(step);
  }
}

/** Who is known to be somebody else learns nothing of the visitor. */
async function meetCustomer(step: Step): Promise<Delivery> {
  const { desk, deed, context, event } = step;
  const { openKfid, external, ref } = deed;
  const known = unionidOf(context.conversation);
  const { requireUnionid } = desk.settings.handoff;
  if (known !== undefined || requireUnionid) {
    const answer = await desk.api.customers([external], context.signal);
    if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context.number);
    const customer = listOf(answer.fields, 'customer_list').find(
      (one) => textOf(one, 'external_userid') === external,
    );
    const theirs = textOf(customer ?? {}, 'unionid');
    const isProved = known !== undefined && known === theirs;
    const isDenied = known !== undefined && theirs !== undefined && known !== theirs;
    if (isDenied || (requireUnionid && !isProved)) return tellConflict(step);
  }
  const keys = [`met:${context.key}`];
  const entered = note({ entered: { openKfid, external, ref } }, { at: event.at, keys });
  return { outcome: 'more', progress: 'met', events: [entered] };
}

/** No push has it: the merchant's server has proved it, or the mini-program claims it in its session-from. */
function unionidOf({ profile = [], context }: Conversation): string | undefined {
  const proved = profile.find(({ key, isProved }) => key === 'unionid' && isProved);
  return proved?.value ?? (readClaims(context).get('unionid') || undefined);
}

/** The first who comes by a card is the visitor: from now on what this customer does belongs to him. */
function bindCustomer(step: Step): Delivery {
  const { deed, context, event } = step;
  if (!isSameChat(readMemory(context.memory.conversation).kf, deed)) return tellConflict(step);
  const id = customerId(deed);
  return {
    outcome: 'more',
    progress: 'bound',
    bind: [id],
    events: [recorded('handed-off', { at: event.at, keys: [`handedOff:${id}:${deed.ref}`] })],
  };
}

/** The card was passed on: this is somebody else. */
function tellConflict({ deed, event }: Step): Delivery {
  const keys = [`conflict:${customerId(deed)}:${deed.ref}`];
  return { outcome: 'accepted', events: [recorded('handoff-conflict', { at: event.at, keys })] };
}

/** The time that the answer itself may take (WeCom, `kf/send_msg_on_event`: a welcome code lives 20 s). */
const travelMs = 5000;

/** What was written before is the first thing that agents and the visitor see in the chat. */
async function welcome({ desk, deed, context }: Step): Promise<Delivery> {
  const { code, until = 0 } = deed;
  const isTimely = code !== undefined && desk.now() <= until - travelMs;
  if (!isTimely || !desk.settings.handoff.transcriptVia.includes('welcome')) return { outcome: 'accepted' };
  const untold = await findUntold(desk, context);
  const [text] = writeTranscript(untold);
  if (text === undefined) return { outcome: 'accepted' };
  const msgid = msgidOf(transcriptId(context, 0));
  const content = { msgtype: 'text', text: { content: text } } as const;
  const answer = await desk.api.sendOnEvent({ code, msgid, content }, context.signal);
  if (answer.kind !== 'ok' && !isRepeat(desk, answer, context)) return onceFailed(answer, context.number);
  return {
    outcome: 'accepted',
    events: [noteTold(desk, untold, context), recordSaid(text, { msgid, at: desk.now() })],
  };
}
