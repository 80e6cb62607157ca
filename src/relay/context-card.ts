import { readSessionFrom } from '../formats/session-from.ts';
import type { Conversation } from '../model/conversation.ts';
import type { Message } from '../model/message.ts';
import { shownLabel, sortProfile } from '../model/profile.ts';
import type { Step } from '../ports/store.ts';
import { giveCard, holdCard } from '../store/profiles.ts';
import type { MessageTable } from '../store/tables.ts';
import type { ReactionOrder } from './attempt-reaction.ts';
import { addReaction } from './new-rows.ts';
import { readJson } from './read-row.ts';
import { settlementSteps } from './settlement-steps.ts';
import { plain, runTagged } from './tagged-batch.ts';
import { proveThisTurn, type Turn } from './turn.ts';

/** How long a session goes on without a word, where nothing else says so. */
const idleMs = 7_200_000;

/** Longest value on a card, and the lines of it: agents are to see it at a glance. */
const mostShown = 80;
const mostLines = 12;

/**
 * Before the first line of a session agents are shown what is known of the visitor, once. `shown`: a note goes first, and
 * the message was put back behind it. `with`: the card is a part of this message, the same in all its attempts.
 */
export type Card =
  | { readonly kind: 'none' }
  | { readonly kind: 'shown'; readonly kept: 'kept' | 'stale' }
  | { readonly kind: 'with'; readonly text: string };

export async function planCard(turn: Turn, row: MessageTable): Promise<Card> {
  const { profile } = turn;
  const how = howShown(turn);
  if (how === undefined || turn.conversation === undefined) return none;
  if (profile?.card_row === row.id && profile.card_text !== null) {
    return { kind: 'with', text: profile.card_text };
  }
  // What has been tried may have arrived in part: it must stay as it was.
  const isFresh = readJson(row.progress) === null && row.lost === null;
  const text = isFresh && isDue(turn) ? cardText(turn.conversation) : undefined;
  if (text === undefined) return none;
  const { helpdesk, conversation, bridge } = turn;
  const place = { conversation: conversation.id, helpdesk: helpdesk.id, until: untilIn(turn) };
  if (how === 'note') {
    const mark = giveCard({ ...place, row: row.id, text: null });
    return { kind: 'shown', kept: await goBehind(turn, row, [...noteSteps(turn, text), mark]) };
  }
  const mark = [...proveThisTurn(turn), ...plain(giveCard({ ...place, row: row.id, text }))];
  const missed = await runTagged(bridge.store, mark);
  return missed === undefined ? { kind: 'with', text } : { kind: 'shown', kept: 'stale' };
}

/** The message with its card before it. */
export function withCard(message: Message, card: Card): Message {
  if (card.kind !== 'with') return message;
  return { ...message, parts: [{ kind: 'text', text: card.text }, ...message.parts] };
}

/** A message that arrived keeps the session alive for which there was a card. */
export function holdCardSteps(turn: Turn): readonly Step[] {
  const { conversation, helpdesk, profile } = turn;
  if (conversation === undefined || profile?.card_helpdesk !== helpdesk.id) return [];
  return [holdCard({ conversation: conversation.id, helpdesk: helpdesk.id, until: untilIn(turn) })];
}

/** What agents read; `undefined` where nothing is known. Who says a thing stands beside it. */
export function cardText({ profile = [], context = '' }: Conversation): string | undefined {
  const { avatar } = sortProfile(profile).known;
  const readable = profile.filter(({ value, isProved }) => !(isProved && value === avatar));
  const lines = readable.map((item) => `${shownLabel(item)}：${shorten(item.value)}`);
  const isPlain = context !== '' && readSessionFrom(context).fields.length === 0;
  if (isPlain) lines.push(`进入参数（未验证）：${shorten(context)}`);
  if (lines.length === 0) return undefined;
  const more = lines.length > mostLines ? ['…'] : [];
  return ['【系统提示】访客资料', ...lines.slice(0, mostLines), ...more].join('\n');
}

const none: Card = { kind: 'none' };

function howShown({ helpdesk }: Turn): 'note' | 'message' | undefined {
  const { contextCard = 'auto', adapter } = helpdesk;
  if (contextCard === 'message') return 'message';
  return contextCard === 'auto' && adapter.note && adapter.notesBefore ? 'note' : undefined;
}

/** An agent who serves has read it, however long nobody wrote. */
function isDue({ bridge, helpdesk, profile, memory }: Turn): boolean {
  if (profile === undefined || profile.card_helpdesk !== helpdesk.id) return true;
  const now = bridge.clock.now();
  if (Number(profile.card_until) > now) return false;
  return Number(profile.card_until) === 0 || helpdesk.adapter.serving?.(memory.conversation, now) !== 'agent';
}

function untilIn({ bridge, tenant }: Turn): number {
  return bridge.clock.now() + (tenant.routing?.idleMs ?? idleMs);
}

function noteSteps({ tenant, helpdesk, conversation, bridge }: Turn, text: string): readonly Step[] {
  const order: ReactionOrder = { action: 'note', text };
  return addReaction({
    tenant: tenant.name,
    conversation: conversation?.id ?? '',
    helpdesk: helpdesk.id,
    now: bridge.clock.now(),
    from: { role: 'system' },
    parts: [],
    action: 'note',
    event: order,
  });
}

/** The row is as if nobody had taken it; what is added goes first. */
async function goBehind(turn: Turn, row: MessageTable, steps: readonly Step[]): Promise<'kept' | 'stale'> {
  const { bridge } = turn;
  const { tries, reason, code } = row;
  const now = bridge.clock.now();
  const settlement = { state: 'received', final: false, due: now, tries, reason, code, lost: null } as const;
  const missed = await runTagged(bridge.store, [
    ...proveThisTurn(turn),
    ...plain(...steps),
    ...settlementSteps({ row: { ...row, attempts: row.attempts - 1 }, settlement, now }),
  ]);
  return missed === undefined ? 'kept' : 'stale';
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= mostShown ? line : `${line.slice(0, mostShown - 1).toWellFormed()}…`;
}
