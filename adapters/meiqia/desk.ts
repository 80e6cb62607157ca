import type { Conversation } from '../../src/model/conversation.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { ActionContext, Tools } from '../../src/ports/helpdesk.ts';
import type { Answer, MeiqiaApi } from './api.ts';
import { type Enterprise, readEnterprise } from './enterprise.ts';
import { readMemory } from './memory.ts';
import { isStale } from './outcome.ts';
import type { MeiqiaSettings } from './settings.ts';
import type { Visitors } from './visitors.ts';
import type { VisitorRecord } from './wire.ts';

/** What every call needs. */
export interface Desk extends Pick<Tools, 'now' | 'cached' | 'media' | 'mediaUrl'> {
  readonly settings: MeiqiaSettings;
  readonly api: MeiqiaApi;
  readonly visitors: Visitors;
}

/** Something to be done for one visitor. */
export type VisitorContext = Pick<ActionContext, 'key' | 'number' | 'signal' | 'memory' | 'routing'> & {
  readonly conversation: Conversation;
};

/** What a call for a visitor came to, and the record it was made with; or that there is no such visitor now. */
export type Asked =
  | { readonly kind: 'asked'; readonly record: VisitorRecord; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/**
 * Makes a call for a visitor. Where his keys are refused they are fetched anew, and the call is made once more; but not
 * where Meiqia may have done it already (`once`), and only its answer cannot be read.
 */
export async function askFor(
  desk: Desk,
  context: VisitorContext,
  call: (record: VisitorRecord) => Promise<Answer>,
  given: { readonly once?: boolean } = {},
): Promise<Asked> {
  const { conversation, number, signal } = context;
  const { trackId } = readMemory(context.memory.conversation);
  const find = () => desk.visitors.find(conversation, { trackId, number, signal });
  const found = await find();
  if (found.kind === 'failed') return found;
  const answer = await call(found.record);
  if (answer.kind === 'ok' || !isStale(answer)) return { kind: 'asked', record: found.record, answer };
  await desk.visitors.markStale(conversation, found.record);
  if (answer.kind === 'stale' && given.once) return { kind: 'asked', record: found.record, answer };
  const renewed = await find();
  if (renewed.kind === 'failed') return renewed;
  return { kind: 'asked', record: renewed.record, answer: await call(renewed.record) };
}

/** The enterprise's switches, as far as they are known. */
export function enterpriseOf(desk: Desk, context: VisitorContext): Promise<Enterprise> {
  return readEnterprise(async () => {
    const asked = await askFor(desk, context, (record) => desk.api.init(record, context.signal));
    return asked.kind === 'asked' ? asked.answer : undefined;
  }, desk);
}
