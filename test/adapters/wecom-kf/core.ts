import type { Conversation } from '../../../src/model/conversation.ts';
import type { Json, Message, Part } from '../../../src/model/message.ts';
import type { Routing } from '../../../src/model/routing.ts';
import type {
  Attempt,
  Delivery,
  Effects,
  PullPage,
  ReactContext,
  VendorEvent,
} from '../../../src/ports/helpdesk.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { conversation as first, KF, type OpenCompany } from './desk.ts';

interface Reaction {
  readonly key: string;
  readonly conversation: Conversation;
  readonly event: VendorEvent;
}

/**
 * As much of the core as a hand-off needs, before the adapter and a pretended company: memories, keys that were seen,
 * outside ids and what waits under them, reactions, wakes, and a cursor. Time is moved by hand.
 */
export function openCore({
  lent: { adapter, past },
  clock,
  wecom,
}: Pick<OpenCompany, 'lent' | 'clock' | 'wecom'>) {
  const conversations = new Map<string, Conversation>();
  const memories = new Map<string, Json | undefined>();
  const seen = new Set<string>();
  const bound = new Map<string, string>();
  const strays = new Map<string, VendorEvent[]>();
  const reactions: Reaction[] = [];
  const wakes = new Map<string, { readonly owner: string; readonly name: string; readonly due: number }>();
  const history: { readonly conversation: string; readonly event: VendorEvent }[] = [];
  const said: { readonly conversation: string; readonly part: Part }[] = [];
  const alarms: string[] = [];
  let count = 0;
  const cursors = new Map<string, string | null>();
  let settling: Promise<void> = Promise.resolve();
  const signal = new AbortController().signal;
  const memoryOf = (id: string) => ({ conversation: memories.get(id), helpdesk: memories.get('') });

  const know = (conversation: Conversation) => {
    conversations.set(conversation.id, conversation);
    for (const id of adapter.visitorIds(conversation)) bound.set(id, conversation.id);
  };
  const place = (event: VendorEvent, id: string) => {
    memories.set(id, adapter.fold(memories.get(id), event, clock.now));
    const conversation = conversations.get(id);
    if (conversation === undefined) return;
    history.push({ conversation: id, event });
    count += 1;
    if (event.react) reactions.push({ key: `r_${count}`, conversation, event });
  };
  const take = (event: VendorEvent, owner: string) => {
    const isRepeat = event.keys.some((key) => seen.has(key));
    for (const key of event.keys) seen.add(key);
    if (isRepeat) return;
    const { visitor } = event;
    const id = typeof visitor === 'string' ? bound.get(visitor) : visitor === null ? '' : owner;
    if (id !== undefined) return place(event, id);
    strays.set(String(visitor), [...(strays.get(String(visitor)) ?? []), event]);
  };
  const keep = ({ events = [], bind = [], say = [], wakes: set = [], alarm }: Effects, owner: string) => {
    for (const outside of bind) if (!bound.has(outside)) bound.set(outside, owner);
    for (const outside of bind) {
      const waiting = strays.get(outside) ?? [];
      strays.delete(outside);
      for (const event of waiting) place(event, bound.get(outside) ?? owner);
    }
    for (const event of events) take(event, owner);
    for (const part of say) said.push({ conversation: owner, part });
    for (const { name, afterMs } of set) {
      if (afterMs === null) wakes.delete(`${owner} ${name}`);
      else wakes.set(`${owner} ${name}`, { owner, name, due: clock.now + (afterMs === 1 ? 0 : afterMs) });
    }
    if (alarm !== undefined) alarms.push(alarm);
  };
  /** An attempt after the other: one whose answer was lost is told of that. */
  const react = async ({ key, conversation, event }: Reaction) => {
    const notAfter = event.react?.notAfter;
    if (notAfter !== undefined && clock.now > notAfter) return;
    const base = { key, signal, conversation, ...(notAfter !== undefined && { notAfter }) };
    let progress: Json = null;
    let lost: { readonly startedAt: number; readonly code: string } | undefined;
    for (let number = 1; number < 20; number += 1) {
      const context: ReactContext = {
        ...base,
        number,
        memory: memoryOf(conversation.id),
        progress,
        ...(lost && { lost }),
      };
      const delivery: Delivery = (await adapter.react?.(event, context)) ?? { outcome: 'accepted' };
      keep(delivery, conversation.id);
      if (delivery.outcome !== 'more' && delivery.outcome !== 'unknown') return;
      lost = delivery.outcome === 'unknown' ? { startedAt: clock.now, code: delivery.code } : undefined;
      if (delivery.outcome === 'more') progress = delivery.progress;
    }
  };
  /** Everything that is due, one after the other, as in a lane. */
  const settle = () => {
    settling = settling.then(settleNow);
    return settling;
  };
  const settleNow = async () => {
    for (;;) {
      const reaction = reactions.shift();
      const wake = [...wakes.values()].find(({ due }) => due <= clock.now);
      if (reaction !== undefined) await react(reaction);
      else if (wake !== undefined) {
        const { owner, name } = wake;
        wakes.delete(`${owner} ${name}`);
        const of = { conversation: conversations.get(owner), memory: memoryOf(owner) };
        keep(
          (await adapter.wake?.(name, { key: name, number: 1, signal, progress: null, ...of })) ?? {},
          owner,
        );
      } else return;
    }
  };
  know(first);
  const recordsOf = (id: string) =>
    history.flatMap(({ conversation, event }) =>
      conversation === id && event.kind === 'recorded' ? event.parts : [],
    );
  return {
    history,
    said,
    alarms,
    know,
    settle,
    memory: (id = first.id) => memories.get(id),
    serving: (id = first.id) => adapter.serving?.(memories.get(id), clock.now),
    /** What agents' words became replies in the mini-program. */
    replies: (id = first.id) =>
      history.flatMap(({ conversation, event }) =>
        conversation === id && event.kind === 'message' ? event.parts : [],
      ),
    /** What was said past the bridge, and what happened there. */
    records: (id = first.id) => recordsOf(id),
    /** The names of what happened. */
    happenings: (id = first.id) =>
      recordsOf(id).flatMap((part) => (part.kind === 'event' ? [part.name] : [])),
    /** Another's answer, or a card of ours, has reached the visitor. */
    wasTold(text: string, { isOwn }: { readonly isOwn: boolean }) {
      count += 1;
      past.push({
        id: `m_${count}`,
        conversation: first.id,
        direction: 'reply',
        seq: count,
        from: { role: 'agent' },
        parts: [{ kind: 'text', text }],
        writtenAt: clock.now,
        isOwn,
      });
    },
    async visitorSays(said: string | readonly Part[], conversation = first, routing: Routing = {}) {
      know(conversation);
      count += 1;
      const key = `m_${count}`;
      let attempt: Attempt = {
        key,
        number: 1,
        signal,
        conversation,
        memory: memoryOf(conversation.id),
        progress: null,
        behind: [],
        explained: [],
        routing,
      };
      const message: Message = {
        id: key,
        conversation: conversation.id,
        direction: 'forward',
        seq: count,
        from: { role: 'visitor' },
        parts: typeof said === 'string' ? [{ kind: 'text', text: said }] : said,
        writtenAt: clock.now,
      };
      past.push({ ...message, isOwn: true });
      for (;;) {
        const delivery = await adapter.forward(message, attempt);
        keep(delivery, conversation.id);
        if (delivery.outcome !== 'more') return delivery;
        const memory = memoryOf(conversation.id);
        attempt = { ...attempt, memory, number: attempt.number + 1, progress: delivery.progress };
      }
    },
    /** The link on the last card that the visitor was sent. */
    cardLink(id = first.id): string {
      const card = said.findLast(({ conversation }) => conversation === id)?.part;
      if (card?.kind !== 'link') throw new Error('expected a card with a link');
      return card.url;
    },
    /** A callback, as the core takes it: its events are kept, and its wakes met. */
    async callBack(request: RawRequest) {
      const reading = adapter.readCallback?.(request, clock.now);
      if (reading?.kind === 'events') keep(reading, '');
      await settle();
      return reading;
    },
    /** All pages there are; then all that is due. */
    async pull(note?: string, topic = KF): Promise<readonly PullPage[]> {
      const pages: PullPage[] = [];
      for (let more = true; more && pages.length < 60; ) {
        const page: PullPage | undefined = await adapter.pull?.(
          {
            topic,
            cursor: cursors.get(topic) ?? null,
            ...(note !== undefined && { note, noteAt: clock.now }),
            memory: memoryOf(''),
          },
          signal,
        );
        if (page === undefined) throw new Error('expected an adapter that pulls');
        pages.push(page);
        cursors.set(topic, page.cursor ?? cursors.get(topic) ?? null);
        if (page.outcome !== 'page') break;
        keep(page, '');
        more = page.more;
      }
      await settle();
      return pages;
    },
    moveCursor(to: string | null) {
      cursors.set(KF, to);
    },
    /** What the API said into the kf chat. */
    inChat: () => wecom.said.all.map(({ text }) => text),
  };
}

export type Core = ReturnType<typeof openCore>;
