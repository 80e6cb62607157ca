import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import type { Answer, MeiqiaApi } from './api.ts';
import { type Failure, outcomeOfHarmless } from './outcome.ts';
import { ownIdOf } from './profile.ts';
import type { MeiqiaSettings } from './settings.ts';
import { readRecord, type VisitorRecord } from './wire.ts';

/** `failed`: nothing can be said for this visitor now; every call before was one that harms nobody. */
export type Found =
  | { readonly kind: 'found'; readonly record: VisitorRecord }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/** Which visitor at Meiqia a visitor of WeChat is. */
export interface Visitors {
  /** Makes him where there is none; `trackId` is what the memory knows of him. */
  find(
    conversation: Pick<Conversation, 'visitor' | 'appid'>,
    given: { readonly trackId?: string | undefined; readonly number: number; readonly signal: AbortSignal },
  ): Promise<Found>;
  /** His keys are fetched anew before the next call. */
  markStale(conversation: Pick<Conversation, 'visitor' | 'appid'>, record: VisitorRecord): Promise<void>;
}

/**
 * Records are cached values: each is fetched once however many ask, and again when it is old. One that got lost is found
 * by the visitor's own id, at the price of one visitor without a name (Meiqia SDK, `get_dev_client_id`).
 */
export function createVisitors(
  settings: MeiqiaSettings,
  api: Pick<MeiqiaApi, 'initUser' | 'bindOwnId'>,
  tools: Pick<Tools, 'cached' | 'forget' | 'now'>,
): Visitors {
  return {
    async find(conversation, { trackId, number, signal }) {
      const ownId = ownIdOf(settings, conversation);
      try {
        const text = await tools.cached(keyOf(ownId), async () => {
          const record = await loadRecord(api, { ownId, trackId, number, signal });
          return { value: JSON.stringify(record), goodUntil: tools.now() + settings.recordRefreshSec * 1000 };
        });
        return { kind: 'found', record: JSON.parse(text) as VisitorRecord }; // written above
      } catch (error) {
        if (error instanceof NoRecord) return { kind: 'failed', outcome: error.outcome };
        throw error;
      }
    },
    async markStale(conversation, record) {
      await tools.forget(keyOf(ownIdOf(settings, conversation)), JSON.stringify(record));
    },
  };
}

/** Keys of cached values stand in logs, where nobody's openid may. */
function keyOf(ownId: string): string {
  return `visitor ${createHash('sha256').update(ownId).digest('base64url').slice(0, 22)}`;
}

/** A cached value either comes or is an error; this one carries what it means. */
class NoRecord extends Error {
  readonly outcome: FailedDelivery;

  constructor(outcome: FailedDelivery) {
    super(`expected a visitor of Meiqia, got ${outcome.code}`);
    this.name = 'NoRecord';
    this.outcome = outcome;
  }
}

interface Wanted {
  readonly ownId: string;
  readonly trackId: string | undefined;
  readonly number: number;
  readonly signal: AbortSignal;
}

async function loadRecord(
  api: Pick<MeiqiaApi, 'initUser' | 'bindOwnId'>,
  { ownId, trackId, number, signal }: Wanted,
): Promise<VisitorRecord> {
  if (trackId !== undefined) {
    const known = await api.initUser(trackId, signal);
    const record = recordIn(known.answer, { base: known.base, trackId });
    if (record !== undefined) return record;
    // A visitor whom Meiqia does not know any more is made anew.
    const isForgotten = known.answer.kind === 'ok' || isStatus(known.answer, 400);
    if (!isForgotten) throw new NoRecord(outcomeOfInit(known.answer, number));
  }
  const made = await api.initUser(undefined, signal);
  const nameless = recordIn(made.answer, { base: made.base });
  if (nameless === undefined) throw new NoRecord(outcomeOfInit(made.answer, number));
  const bound = await api.bindOwnId(nameless, ownId, signal);
  const record = recordIn(bound, nameless);
  if (record === undefined) throw new NoRecord(outcomeOfBinding(bound, number));
  return record;
}

/** The record that an answer gives over what is known; `undefined` if it is none. */
function recordIn(
  answer: Answer,
  known: Pick<VisitorRecord, 'base'> & Partial<VisitorRecord>,
): VisitorRecord | undefined {
  if (answer.kind !== 'ok') return undefined;
  const {
    base,
    trackId,
    entId,
    aesKey,
    browserId = '',
    visitId = '',
  } = { ...known, ...readRecord(answer.fields) };
  if (trackId === undefined || entId === undefined || aesKey === undefined) return undefined;
  return { base, trackId, entId, aesKey, browserId, visitId };
}

function outcomeOfInit(answer: Answer, number: number): FailedDelivery {
  if (answer.kind === 'ok') return { outcome: 'later', code: 'unreadable', because: 'vendor' };
  if (isStatus(answer, 404)) {
    const alarm = 'Meiqia does not know the AppKey (HTTP 404): compare appKey with the console';
    return { outcome: 'later', code: 'http 404', because: 'vendor', afterMs: 60_000, alarm };
  }
  if (isStatus(answer, 400)) {
    const alarm = 'Meiqia gives no visitor (HTTP 400): compare appKey and baseUrls with the console';
    return { outcome: 'later', code: 'http 400', because: 'vendor', afterMs: 60_000, alarm };
  }
  return outcomeOfHarmless(answer, number);
}

function outcomeOfBinding(answer: Answer, number: number): FailedDelivery {
  if (answer.kind === 'ok') return { outcome: 'later', code: 'unreadable', because: 'vendor' };
  if (isStatus(answer, 400)) {
    const alarm = 'Meiqia cannot bind the id of a visitor (HTTP 400): another visitorIds would help him';
    return { outcome: 'refused', code: 'unbindable', alarm };
  }
  return outcomeOfHarmless(answer, number);
}

function isStatus(answer: Answer | Failure, status: number): boolean {
  return answer.kind === 'status' && answer.status === status;
}
