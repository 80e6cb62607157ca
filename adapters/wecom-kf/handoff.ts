import type { Message, Part } from '../../src/model/message.ts';
import type { Attempt, Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { accountFor } from './accounts.ts';
import { readSent, textMessage } from './app-forward.ts';
import { isUnreachable } from './brief.ts';
import { writePart } from './content.ts';
import { cutBytes } from './cut-text.ts';
import type { Desk } from './desk.ts';
import { linkFor } from './link.ts';
import { isHandedOff, type Memory, note, readMemory, recorded, stateOf } from './memory.ts';
import { isRepeat, msgidOf } from './msgid.ts';
import { isClosed, outcomeOf, outcomeOfHarmless } from './outcome.ts';
import { accountOfRef, makeRef } from './ref.ts';

/**
 * Nobody can write into the kf chat for a visitor, so his words are kept for the transcript, and he is sent a card that
 * leads him there. Once he is there, what he still writes here is told to agents as far as the settings say.
 */
export async function keepForHandoff(desk: Desk, message: Message, attempt: Attempt): Promise<Delivery> {
  const { settings, now } = desk;
  const memory = readMemory(attempt.memory.conversation);
  const text = message.parts
    .map(writePart)
    .filter((words) => words !== '')
    .join('\n');
  if (isHandedOff(memory, now())) return tellAgents(desk, { memory, text, message }, attempt);
  const events = [note({ spokeIn: 'mp' }, { at: message.writtenAt })];
  if (settings.handoff.trigger !== 'first-message') return { outcome: 'accepted', events };
  return withEvents(await offerCard(desk, attempt), events);
}

/** An agent is asked for: the visitor is sent the card, also where it is not sent by itself. */
export async function offerCard(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const { settings, now } = desk;
  const memory = readMemory(context.memory.conversation);
  const { offered, kf } = memory;
  const at = now();
  // Who is there already may be shown the way again.
  const isWanted = context.isByHand || settings.handoff.trigger !== 'manual' || isHandedOff(memory, at);
  if (!isWanted) return { outcome: 'accepted' };
  if (offered !== undefined && at - offered.at < settings.handoff.cardIntervalSec * 1000) {
    return { outcome: 'accepted' };
  }
  const openKfid = accountFor(settings, context);
  const known = [offered?.ref, kf?.ref].find(
    (ref) => ref !== undefined && accountOfRef(settings, ref, at + leastLeftMs) === openKfid,
  );
  const ref = known ?? makeRef(settings, { conversation: context.conversation.id, openKfid }, at);
  const card = await writeCard(desk, { ref, openKfid });
  if (card.kind === 'failed') return outcomeOfHarmless(card.failure, context.number);
  return {
    outcome: 'accepted',
    say: [card.part],
    bind: [ref],
    events: [recorded('handoff-offered', { at, keys: [`offered:${context.key}`] }, { offered: ref })],
    wakes: [{ name: 'offer', afterMs: settings.handoff.offerTtlSec * 1000 }],
  };
}

/** A card that ends so soon is not sent. */
const leastLeftMs = 1_800_000;

async function writeCard(
  desk: Desk,
  to: { readonly ref: string; readonly openKfid: string },
): Promise<
  | { readonly kind: 'card'; readonly part: Part }
  | Extract<Awaited<ReturnType<typeof linkFor>>, { kind: 'failed' }>
> {
  const { card, pagepath, title, description, pictureUrl } = desk.settings.handoff;
  const kind = card ?? (pagepath === undefined ? 'link' : 'miniprogrampage');
  if (kind === 'miniprogrampage' && pagepath !== undefined) {
    const path = `${pagepath}${pagepath.includes('?') ? '&' : '?'}ref=${to.ref}`;
    return { kind: 'card', part: { kind: 'miniProgramPage', title, path } };
  }
  const link = await linkFor(desk, to);
  if (link.kind === 'failed') return link;
  const { url } = link;
  if (kind === 'text') return { kind: 'card', part: { kind: 'text', text: `${title}\n${url}` } };
  return {
    kind: 'card',
    part: { kind: 'link', title, url, description, ...(pictureUrl !== undefined && { pictureUrl }) },
  };
}

/** What agents of the kf chat learn of words that the visitor writes in the mini-program all the same. */
async function tellAgents(
  desk: Desk,
  given: { readonly memory: Memory; readonly text: string; readonly message: Message },
  attempt: Attempt,
): Promise<Delivery> {
  const { memory, text, message } = given;
  const via = desk.settings.handoff.duringHandoff;
  const told = await tellBy(desk, { memory, text, via }, attempt);
  if (told !== undefined && told.outcome !== 'accepted') return told;
  const one = told === undefined ? {} : { told: { one: message.seq } };
  const events = [note({ spokeIn: 'mp', ...one }, { at: message.writtenAt })];
  if (!via.includes('remind')) return { outcome: 'accepted', events };
  return withEvents(await offerCard(desk, attempt), events);
}

/** `undefined`: there is no way to tell them now. */
async function tellBy(
  desk: Desk,
  { memory, text, via }: { readonly memory: Memory; readonly text: string; readonly via: readonly string[] },
  attempt: Attempt,
): Promise<Delivery | undefined> {
  const { settings, api, now } = desk;
  const session = stateOf(memory, now());
  const words = cutBytes(`【小程序】${text}`, mostBytes);
  if (
    via.includes('app') &&
    session?.state === 3 &&
    session.servicer !== undefined &&
    settings.agentid !== undefined
  ) {
    const content = cutBytes(`【小程序】用户${attempt.conversation.visitor.slice(-6)}：${text}`, mostBytes);
    const sent = await api.sendToMember(session.servicer, textMessage(content), attempt.signal);
    const failed = readSent(sent, session.servicer, attempt);
    return failed !== undefined && isUnreachable(failed) ? undefined : (failed ?? { outcome: 'accepted' });
  }
  const isOpen = session !== undefined && session.state <= 1;
  if (!via.includes('kf') || !isOpen || memory.kf === undefined) return undefined;
  const { openKfid, external } = memory.kf;
  const msgid = msgidOf(`${attempt.key}|mp`);
  const sent = await api.sendMessage({ openKfid, external, msgid, text: words }, attempt.signal);
  if (sent.kind === 'ok' || isRepeat(desk, sent, attempt)) return { outcome: 'accepted' };
  return isClosed(sent, settings) ? undefined : outcomeOf(sent, attempt.number);
}

const mostBytes = 2048;

function withEvents(delivery: Delivery, events: readonly VendorEvent[]): Delivery {
  if (delivery.outcome !== 'accepted') return delivery;
  return { ...delivery, events: [...events, ...(delivery.events ?? [])] };
}
