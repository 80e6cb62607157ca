import type { Json, Option, Part, Sender } from '../model/message.ts';
import type { NoticeName } from '../model/notices.ts';
import type { VendorEvent } from '../ports/helpdesk.ts';
import type { Step } from '../ports/store.ts';
import { noteTyping } from '../store/allowance.ts';
import { setPending } from '../store/conversations.ts';
import { endCard } from '../store/profiles.ts';
import { dropRecalled } from '../store/recalls.ts';
import { promoteFirst, releaseWaiting } from '../store/turns.ts';
import { askAdapter } from './ask-adapter.ts';
import type { Pending } from './choices.ts';
import { type FoldScene, foldEvent } from './fold-event.ts';
import { isEnd, staySteps } from './hold-stay.ts';
import { addHistory, addReaction, addReply, type RowDraft } from './new-rows.ts';
import { type NoticeValues, noticeText, questionPart } from './notice-text.ts';
import { receiptSteps } from './receipts.ts';
import { tooLate } from './tell-helpdesk.ts';

/** Where the events happened, and what was known before them. */
export interface EventScene extends FoldScene {
  readonly conversation: string;
  readonly raw: string | null;
  /** How long a word holds a conversation where it is. Left out where there is nothing to choose. */
  readonly idleMs?: number;
  /** Another has the conversation by now. */
  readonly isElsewhere?: boolean;
  /** Whether the helpdesk's reply of this id has gone out. */
  readonly hasGone?: (vendorId: string) => boolean;
}

/** What events of one conversation come to: steps for the batch, the memory after them, and who is to be woken. */
export interface EventPlan {
  readonly steps: readonly Step[];
  readonly memory: Json | undefined;
  readonly wakesReply: boolean;
  readonly wakesHelpdesk: boolean;
}

/** Pure but for the ids of new rows and a line about an adapter's fault: the same events give the same plan. Each must be new. */
export function planEvents(events: readonly VendorEvent[], scene: EventScene): EventPlan {
  let memory = scene.memory;
  const plans = events.map((event) => {
    memory = foldEvent(event, { ...scene, memory });
    return planEvent(event, { ...scene, memory });
  });
  return {
    steps: plans.flatMap(({ steps }) => steps),
    memory,
    wakesReply: plans.some(({ wakesReply }) => wakesReply),
    wakesHelpdesk: plans.some(({ wakesHelpdesk }) => wakesHelpdesk),
  };
}

type Plan = Omit<EventPlan, 'memory'>;

function planEvent(event: VendorEvent, scene: EventScene): Plan {
  const planned = planKind(event, scene);
  const plan = {
    ...planned,
    steps: [...planned.steps, ...staySteps(event, scene), ...cardSteps(event, scene)],
  };
  if (!event.react) return plan;
  const reaction = addReaction({ ...draftOf(event, scene), action: 'react', ...event.react });
  return { ...plan, steps: [...plan.steps, ...reaction], wakesHelpdesk: true };
}

/** The end of a session makes way for the card of the next. */
function cardSteps(event: VendorEvent, scene: EventScene): readonly Step[] {
  const { conversation, helpdesk } = scene;
  return isEnd(event, scene) ? [endCard({ conversation, helpdesk: helpdesk.id })] : [];
}

function planKind(event: VendorEvent, scene: EventScene): Plan {
  switch (event.kind) {
    case 'message':
      return planMessage(event, scene);
    case 'sessionStarted':
      return planStart(event, scene);
    case 'sessionEnded':
      return join(history(event, scene), planEnd(event, scene));
    case 'queued':
      return join(
        history(event, scene),
        tell('queue', scene, { ahead: event.ahead, vendorText: event.text }),
      );
    case 'queueLeft':
      return join(
        history(event, scene),
        release(scene),
        event.reason === 'timeout' ? tell('queueTimeout', scene) : nothing,
      );
    case 'nobodyOnline': {
      const name = event.keeps ? 'offline' : 'closed';
      return join(history(event, scene), tell(name, scene, { vendorText: event.text }));
    }
    case 'menuAsked':
      return planMenu(event, scene);
    case 'ratingAsked':
      return planRating(event, scene);
    case 'recalled':
      return join(history(event, scene), planRecall(event, scene));
    case 'receipt':
      return { ...nothing, steps: receiptSteps(event, scene), wakesHelpdesk: true };
    case 'unsupported':
      return history(event, scene);
    case 'recorded':
      return planRecord(event, scene);
    case 'typing':
      return {
        ...nothing,
        steps: [noteTyping({ id: scene.conversation, now: scene.now })],
        wakesReply: true,
      };
    case 'noted':
      return nothing;
    default:
      return event satisfies never;
  }
}

type EventOf<Kind extends VendorEvent['kind']> = Extract<VendorEvent, { kind: Kind }>;

// Each part is a send of its own. An agent who writes proves that somebody is there: what waited may go.
function planMessage(event: EventOf<'message'>, scene: EventScene): Plan {
  const draft = {
    ...draftOf(event, scene),
    from: event.from,
    ...(event.automatic !== undefined && { automatic: event.automatic }),
    ...(event.vendorId !== undefined && { vendorId: event.vendorId }),
  };
  const steps = event.parts.flatMap((part) => addReply({ ...draft, parts: [part] }));
  const replies = { steps, wakesReply: true, wakesHelpdesk: false };
  return event.from.role === 'agent' ? join(replies, release(scene)) : replies;
}

// The visitor's own words may have been seen before, as pushes that were handed over: they are the same message.
function planRecord(event: EventOf<'recorded'>, scene: EventScene): Plan {
  const draft = { ...draftOf(event, scene), from: event.from, parts: event.parts };
  return { ...nothing, steps: addHistory(draft) };
}

function planStart(event: EventOf<'sessionStarted'>, scene: EventScene): Plan {
  if (scene.isElsewhere) return join(history(event, scene), release(scene));
  const name = event.transferredFrom === undefined ? 'start' : 'transfer';
  const told = event.by === 'agent' ? tell(name, scene, { agent: event.agent?.name }) : nothing;
  return join(history(event, scene), forgetPending(scene), told, release(scene));
}

function planEnd(event: EventOf<'sessionEnded'>, scene: EventScene): Plan {
  // A robot's session that ends, or one that he has left, is nothing the visitor has to know.
  if (
    scene.isElsewhere ||
    event.reason === 'handedOn' ||
    event.reason === 'transferred' ||
    event.by === 'robot'
  )
    return nothing;
  return tell(event.reason === 'agentLeft' ? 'agentLeft' : 'end', scene);
}

function planMenu(event: EventOf<'menuAsked'>, scene: EventScene): Plan {
  const pending = {
    of: 'menu' as const,
    options: event.options,
    until: scene.now + (event.expiresMs ?? 600_000),
  };
  const question = ask('menu', scene, { options: event.options, text: event.text });
  return join(history(event, scene), question, expectPick(pending, scene));
}

function planRating(event: EventOf<'ratingAsked'>, scene: EventScene): Plan {
  const options = event.options ?? gradesOf(event, scene);
  if (options.length === 0) return history(event, scene);
  const until = scene.now + (event.expiresMs ?? 600_000);
  const vendorText = event.title === undefined ? undefined : `${event.title}\n{options}`;
  const question = ask('rate', scene, { options, vendorText });
  return join(
    history(event, scene),
    question,
    expectPick({ of: 'rating', session: event.session, options, until }, scene),
  );
}

function gradesOf({ session }: EventOf<'ratingAsked'>, scene: EventScene): readonly Option[] {
  const { log, tenant, helpdesk, memory } = scene;
  const of = { log, tenant, helpdesk: helpdesk.id, hook: 'ratingOptions' };
  return askAdapter(of, () => helpdesk.adapter.ratingOptions?.(memory, session) ?? [], []);
}

function planRecall(event: EventOf<'recalled'>, scene: EventScene): Plan {
  const { conversation, helpdesk, now } = scene;
  const { vendorId } = event;
  const isTold = scene.hasGone?.(vendorId) === true && helpdesk.adapter.note !== undefined;
  const order = { action: 'note', text: tooLate };
  return {
    steps: [
      dropRecalled({ conversation, helpdesk: helpdesk.id, vendorId, now }),
      promoteFirst({ conversation, lane: 'reply', now }),
      ...(isTold ? addReaction({ ...draftOf(event, scene), action: 'note', event: order }) : []),
    ],
    wakesReply: true,
    wakesHelpdesk: isTold,
  };
}

const nothing: Plan = { steps: [], wakesReply: false, wakesHelpdesk: false };

function join(...plans: readonly Plan[]): Plan {
  return {
    steps: plans.flatMap(({ steps }) => steps),
    wakesReply: plans.some(({ wakesReply }) => wakesReply),
    wakesHelpdesk: plans.some(({ wakesHelpdesk }) => wakesHelpdesk),
  };
}

function draftOf(event: VendorEvent, scene: EventScene): RowDraft {
  return {
    tenant: scene.tenant,
    conversation: scene.conversation,
    helpdesk: scene.helpdesk.id,
    now: scene.now,
    raw: scene.raw,
    from: bridgeItself,
    parts: [],
    event: event as unknown as Json, // events are made of JSON values only
    writtenAt: event.at,
  };
}

const bridgeItself: Sender = { role: 'system' };

function history(event: VendorEvent, scene: EventScene): Plan {
  const part: Part = { kind: 'event', name: event.kind };
  return { ...nothing, steps: addHistory({ ...draftOf(event, scene), parts: [part] }) };
}

/** A notice for the visitor; an empty text is silence. */
function tell(name: NoticeName, scene: EventScene, values?: NoticeValues): Plan {
  return { ...nothing, ...noticeSteps(name, scene, values) };
}

/** A question to the visitor. */
function ask(name: NoticeName, scene: EventScene, values: Parameters<typeof questionPart>[2]): Plan {
  const question = questionPart(name, scene.helpdesk.notices, values);
  return question ? { ...nothing, steps: automaticReply(scene, question), wakesReply: true } : nothing;
}

/** The reply that carries a notice, for those who add one beside an outcome. */
export function noticeSteps(
  name: NoticeName,
  scene: Pick<EventScene, 'tenant' | 'helpdesk' | 'conversation' | 'now'>,
  values?: NoticeValues,
): { readonly steps: readonly Step[]; readonly wakesReply: boolean } {
  const text = noticeText(name, scene.helpdesk.notices, values);
  if (!text) return { steps: [], wakesReply: false };
  return { steps: automaticReply(scene, { kind: 'text', text }), wakesReply: true };
}

function automaticReply(
  { tenant, helpdesk, conversation, now }: Pick<EventScene, 'tenant' | 'helpdesk' | 'conversation' | 'now'>,
  part: Part,
): readonly Step[] {
  const from = bridgeItself;
  return addReply({ tenant, conversation, now, helpdesk: helpdesk.id, from, automatic: true, parts: [part] });
}

/** Mostly nothing waits: whether the helpdesk's lane is to be woken, the step says itself. */
function release(scene: EventScene): Plan {
  const { conversation, helpdesk, now } = scene;
  return { ...nothing, steps: [releaseWaiting({ conversation, helpdesk: helpdesk.id, now })] };
}

function expectPick(pending: Omit<Pending, 'helpdesk' | 'askedAt'>, scene: EventScene): Plan {
  const { helpdesk, now } = scene;
  const value = JSON.stringify({ ...pending, helpdesk: helpdesk.id, askedAt: now } satisfies Pending);
  return { ...nothing, steps: [setPending({ id: scene.conversation, pending: value })] };
}

function forgetPending(scene: EventScene): Plan {
  return { ...nothing, steps: [setPending({ id: scene.conversation, pending: null })] };
}
