import { conversationId } from '../model/conversation.ts';
import { newId } from '../model/ids.ts';
import type { Media, Part } from '../model/message.ts';
import type { PushAnswer, PushReading } from '../ports/channel.ts';
import { StepMissed } from '../ports/errors.ts';
import type { RawRequest } from '../ports/request.ts';
import type { Step } from '../ports/store.ts';
import { closeWindow, grantBriefly, grantSends } from '../store/allowance.ts';
import { actInConversation } from '../store/conversations.ts';
import { addMessage } from '../store/messages.ts';
import { readSeen, see } from '../store/seen.ts';
import { NEVER } from '../store/tables.ts';
import { releaseHeld } from '../store/turns.ts';
import { type Bridge, type Helpdesk, helpdeskOf, type Tenant } from './bridge.ts';
import { keepArrival } from './keep-arrival.ts';
import { keepPlatformPush } from './keep-platform-push.ts';
import { idsToBind, rememberBound } from './known-bindings.ts';
import { waitForMedia } from './new-rows.ts';
import { copyRaw } from './raw-copy.ts';
import { plain, tagged } from './tagged-batch.ts';

export type ProvedPush = Extract<PushReading, { kind: 'visitor' | 'platform' | 'unreadable' }>;

/**
 * Writes down what a proved push says, once, and resolves with its answer when that is durable. A repeat makes no
 * second row and gets the answer of the first. Rejects with `storeUnavailable` where the store cannot take it.
 */
export async function takePush(
  bridge: Bridge,
  tenant: Tenant,
  push: { readonly reading: ProvedPush; readonly request: RawRequest },
): Promise<PushAnswer> {
  const { reading } = push;
  const now = bridge.clock.now();
  // Who has this conversation is asked before the answer; while a tenant has one helpdesk, nothing is handed over.
  const answer: PushAnswer = { kind: 'success' };
  const problem = reading.kind === 'unreadable' ? reading.reason : null;
  const raw = copyRaw(push.request, { tenant: tenant.name, source, now, problem });
  const mark = see(
    {
      tenant: tenant.name,
      source,
      key: reading.key,
      until: now + tenant.seenForMs,
      answer: JSON.stringify(answer),
    },
    1,
  );
  const scene: Scene = { bridge, tenant, now, raw: raw.id, answer: JSON.stringify(answer) };
  try {
    const keep = [mark, raw.step] as const;
    if (reading.kind === 'visitor') await keepVisitorPush(scene, reading, keep);
    else if (reading.kind === 'platform') await keepPlatformPush(scene, reading, keep);
    else await bridge.store.batch(keep);
  } catch (error) {
    if (!(error instanceof StepMissed) || error.step !== 0) throw error;
    return readAnswer(bridge, tenant, reading.key);
  }
  logPush(scene, reading);
  return answer;
}

const source = 'push';

interface Scene {
  readonly bridge: Bridge;
  readonly tenant: Tenant;
  readonly now: number;
  readonly raw: string;
  readonly answer: string;
}

type VisitorPush = Extract<PushReading, { kind: 'visitor' }>;

async function keepVisitorPush(scene: Scene, reading: VisitorPush, keep: readonly Step[]): Promise<void> {
  const { bridge, tenant, now } = scene;
  const id = conversationId(tenant.name, reading.visitor);
  const helpdesk = helpdeskOf(tenant);
  const context = contextIn(reading.parts);
  const appid = tenant.channel.appid;
  const act = actInConversation({
    id,
    tenant: tenant.name,
    visitor: reading.visitor,
    appid,
    context: context ?? null,
    now,
  });
  const row = rowOf(scene, { reading, conversation: id, helpdesk });
  const outside = helpdesk
    ? idsToBind(helpdesk, { id, tenant: tenant.name, visitor: reading.visitor, appid }, bridge.log)
    : [];
  const held = reading.opens ? [releaseHeld({ conversation: id, now })] : [];
  const steps = [...keep, ...held, act, ...allowanceSteps(id, reading, now), ...row.steps];
  if (helpdesk && outside.length > 0) {
    await keepFirstPush(scene, steps, { helpdesk, conversation: id, outside });
    if (held.length > 0) bridge.lanes.wake({ kind: 'reply', tenant: tenant.name, conversation: id });
  } else {
    const answers = await bridge.store.batch(steps);
    const released = held.length > 0 && (answers[keep.length]?.length ?? 0) > 0;
    if (released) bridge.lanes.wake({ kind: 'reply', tenant: tenant.name, conversation: id });
  }
  if (!helpdesk) return;
  if (row.isForwarded) {
    bridge.lanes.wake({ kind: 'helpdesk', tenant: tenant.name, helpdesk: helpdesk.id, conversation: id });
  }
  if (row.wantsMedia) bridge.media.wake();
  if (outside.length > 0) rememberBound(helpdesk, id);
}

/** Binds the visitor in the same transaction, which gives him what was kept under his outside ids. */
async function keepFirstPush(
  { bridge, tenant }: Scene,
  [mark, ...steps]: readonly Step[],
  of: { readonly helpdesk: Helpdesk; readonly conversation: string; readonly outside: readonly string[] },
): Promise<void> {
  const { helpdesk, conversation, outside } = of;
  const kept = await keepArrival(bridge, {
    tenant,
    helpdesk,
    conversation,
    raw: null,
    events: [],
    effects: { bind: outside },
    first: () => [...(mark ? tagged({ kind: 'repeat' }, mark) : []), ...plain(...steps)],
  });
  if (kept === 'stale') throw new StepMissed(0);
}

/** What the act allows us to send; a new conversation has its row by then. */
function allowanceSteps(id: string, { grant, closes }: VisitorPush, now: number): readonly Step[] {
  if (closes) return [closeWindow({ id })];
  if (!grant) return [];
  const { sends, endsAt, isApart } = grant;
  return [(isApart ? grantBriefly : grantSends)({ id, sends, endsAt, now }, 1)];
}

interface NewRow {
  readonly steps: readonly Step[];
  readonly isForwarded: boolean;
  readonly wantsMedia: boolean;
}

/** What the helpdesk has no use for is history. A message waits for its media. */
function rowOf(
  { tenant, now, raw, answer }: Scene,
  of: {
    readonly reading: VisitorPush;
    readonly conversation: string;
    readonly helpdesk: Helpdesk | undefined;
  },
): NewRow {
  const { reading, conversation, helpdesk } = of;
  const isForwarded = helpdesk !== undefined && reading.parts.some(({ kind }) => isWorth(kind, helpdesk));
  const media = isForwarded ? reading.parts.flatMap(mediumToForward) : [];
  const message = newId('m');
  const add = addMessage(
    {
      id: message,
      tenant: tenant.name,
      conversation,
      helpdesk: helpdesk?.id ?? null,
      direction: 'forward',
      lane: isForwarded ? 'forward' : null,
      action: isForwarded ? 'forward' : 'note',
      sender: '{"role":"visitor"}',
      parts: JSON.stringify(reading.parts),
      event: null,
      writtenAt: reading.writtenAt,
      automatic: 0,
      state: isForwarded ? 'received' : 'done',
      due: media.length > 0 ? NEVER : null,
      notAfter: null,
      vendorId: null,
      answer,
      raw,
      now,
      finishedAt: isForwarded ? null : now,
    },
    1,
  );
  const wants = waitForMedia(media, { tenant: tenant.name, conversation, message, now });
  return { steps: [add, ...wants], isForwarded, wantsMedia: wants.length > 0 };
}

/** Events reach an adapter only if it asks for them; of all else the rest becomes text, so nothing is left out. */
function isWorth(kind: Part['kind'], { adapter }: Helpdesk): boolean {
  return kind !== 'event' || adapter.accepts.has('event');
}

function mediumToForward(part: Part): readonly Media[] {
  switch (part.kind) {
    case 'image':
    case 'voice':
    case 'video':
      return [part.media];
    case 'file':
      return part.media ? [part.media] : [];
    default:
      return [];
  }
}

function contextIn(parts: readonly Part[]): string | undefined {
  return parts.flatMap((part) =>
    part.kind === 'event' && part.context !== undefined ? [part.context] : [],
  )[0];
}

/** The mark is kept as long as a repeat can come, so a missing one is as good as none. */
async function readAnswer(bridge: Bridge, tenant: Tenant, key: string): Promise<PushAnswer> {
  const [rows] = await bridge.store.batch([readSeen({ tenant: tenant.name, source, key })]);
  bridge.log.info('push.repeated', { tenant: tenant.name });
  const answer = rows[0]?.answer;
  return answer ? (JSON.parse(answer) as PushAnswer) : { kind: 'success' }; // written above
}

function logPush({ bridge, tenant }: Scene, reading: ProvedPush): void {
  const line = { tenant: tenant.name };
  if (reading.kind === 'unreadable') {
    bridge.log.warn('push.unreadable', { ...line, reason: reading.reason });
  } else if (reading.kind === 'platform') {
    bridge.log.info('push.received', { ...line, event: reading.event.name });
  } else {
    const conversation = conversationId(tenant.name, reading.visitor);
    const parts = reading.parts.map(({ kind }) => kind);
    bridge.log.info('push.received', { ...line, conversation, parts });
  }
}
