import { numberOf } from '../../src/formats/fields.ts';
import { pageIn } from '../../src/model/profile.ts';
import type { Effects, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { messageIn, type QiyuApi } from './api.ts';
import { readMemory, stateOf } from './memory.ts';
import { codes, type Failure } from './outcome.ts';
import { uidOf } from './profile.ts';
import type { QiyuSettings } from './settings.ts';
import { eventsOfSession, noteSession } from './translate.ts';
import { readSession } from './wire.ts';

/** What every call needs. */
export interface Desk {
  readonly settings: QiyuSettings;
  readonly api: QiyuApi;
  readonly now: () => number;
}

/**
 * What asking for somebody came to. `placed`: somebody serves, or will (the queue), or Qiyu keeps what is written
 * (leave-message). `closed`: nobody is online, and Qiyu keeps nothing.
 */
export type Allocation = Placement | { readonly kind: 'failed'; readonly failure: Failure };

export type Placement = { readonly kind: 'placed' | 'closed' } & Pick<Effects, 'events' | 'wakes'>;

/** Asks Qiyu for an agent, or by `robot-first` for the robot before him (Qiyu, `applyStaff`). */
export async function allocate(
  desk: Desk,
  context: VisitorContext,
  given: { readonly robotFirst: boolean; readonly page?: string | undefined },
): Promise<Allocation> {
  const { settings, api, now } = desk;
  const { staffId, groupId, level } = wishOf(settings, context);
  const { robotId } = settings;
  const { profile, context: from } = context.conversation;
  const page = (pageIn(profile) ?? given.page ?? from)?.slice(0, 1000);
  const uid = uidOf(settings.uidTemplate, context.conversation);
  const answer = await api.applyStaff(
    {
      uid,
      staffType: 1,
      ...(staffId !== undefined && { staffId }),
      ...(groupId !== undefined && { groupId }),
      ...(given.robotFirst && { robotShuntSwitch: 1, ...(robotId !== undefined && { robotId }) }),
      ...(level !== undefined && { level }),
      ...(page !== undefined && page !== '' && { fromPage: page }),
      productId: settings.productId ?? context.conversation.appid,
    },
    context.signal,
  );
  if (answer.kind !== 'ok') return readRefusal(desk, context, answer);
  const session = readSession(answer.fields);
  if (session === undefined) return { kind: 'failed', failure: { kind: 'lost', code: 'unreadable' } };
  const at = now();
  const events = [...eventsOfSession(session, { settings, at }), noteSession(session, at)];
  return { kind: 'placed', events, ...stopPolling(context) };
}

/**
 * Whom to ask for: what a rule says goes before the settings. Qiyu's ids are numbers, its levels 0 to 11; an agent goes
 * before a group (Qiyu, `applyStaff`), so that a rule's group leaves the settings' agent out.
 */
function wishOf(
  { staffId, groupId, level }: QiyuSettings,
  { routing = {} }: VisitorContext,
): Pick<QiyuSettings, 'staffId' | 'groupId' | 'level'> {
  const [agent, group] = [idOf(routing.agent), idOf(routing.group)];
  const isAsked = agent !== undefined || group !== undefined;
  return {
    staffId: isAsked ? agent : staffId,
    groupId: isAsked ? group : groupId,
    level: routing.priority ?? level,
  };
}

function idOf(text: string | undefined): number | undefined {
  const id = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** What Qiyu says of agents and queues as an error, to any call; `undefined` for everything else. */
export function readState(desk: Desk, context: VisitorContext, failure: Failure): Placement | undefined {
  if (failure.kind !== 'said') return undefined;
  const at = desk.now();
  const text = messageIn(failure.fields);
  const words = text === undefined ? {} : { text };
  switch (failure.code) {
    case codes.mustQueue: {
      const ahead = readAhead(failure);
      return {
        kind: 'placed',
        events: [queued(context, { at, ...(ahead !== undefined && { ahead }), ...words })],
        wakes: [{ name: 'queue', afterMs: desk.settings.queuePollSec * 1000 }],
      };
    }
    case codes.nobodyOnline:
    case codes.closed: {
      const keeps = failure.code === codes.nobodyOnline;
      const offline: VendorEvent = {
        kind: 'nobodyOnline',
        keeps,
        ...words,
        keys: [`offline:${context.key}`],
        at,
      };
      return { kind: keeps ? 'placed' : 'closed', events: [offline], ...stopPolling(context) };
    }
    default:
      return undefined;
  }
}

function readRefusal(desk: Desk, context: VisitorContext, failure: Failure): Allocation {
  const state = readState(desk, context, asQueue(failure));
  return state ?? { kind: 'failed', failure };
}

/** Older manuals have 14008 for the queue: with a place in it, it cannot be about the caller's address. */
function asQueue(failure: Failure): Failure {
  const isQueue =
    failure.kind === 'said' && failure.code === codes.callerNotAllowed && readAhead(failure) !== undefined;
  return isQueue ? { ...failure, code: codes.mustQueue } : failure;
}

function readAhead({ fields }: Extract<Failure, { kind: 'said' }>): number | undefined {
  const count = numberOf(fields, 'count');
  return count !== undefined && count >= 0 ? count : undefined;
}

function queued(
  context: VisitorContext,
  { at, ahead, text }: { readonly at: number; readonly ahead?: number; readonly text?: string },
): VendorEvent {
  return {
    kind: 'queued',
    keys: [`queued:${context.key}:${context.number}`],
    at,
    ...(ahead !== undefined && { ahead }),
    ...(text !== undefined && { text }),
  };
}

function stopPolling(context: VisitorContext): Pick<Effects, 'wakes'> {
  const state = stateOf(readMemory(context.memory.conversation), 0);
  return state?.kind === 'queued' ? { wakes: [{ name: 'queue', afterMs: null }] } : {};
}
