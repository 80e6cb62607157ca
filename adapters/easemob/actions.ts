import { listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { Delivery, RatingChoice, WakeDelivery } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Desk } from './desk.ts';
import { carryPieces } from './forward.ts';
import { historyTopic } from './history.ts';
import { readMemory } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import type { Piece } from './pieces.ts';
import { readGrade } from './rating.ts';

/**
 * Asks for an agent: by the command that the vendor's own button sends, by words, or by both (Easemob, web widget:
 * `TransferToKf`). A robot knows the command; who waits for an agent anyway is only heard.
 */
export function askForAgent(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const { settings } = desk;
  const memory = readMemory(context.memory.conversation);
  const words: Piece = { kind: 'text', text: settings.handoverText };
  if (settings.mode === 'rest') return carryPieces(desk, [words], context);
  const { id, serviceSessionId, action } = memory.hint ?? {};
  const args = {
    ...(id !== undefined && { id }),
    ...(serviceSessionId !== undefined && { serviceSessionId }),
  };
  const command: Piece = { kind: 'command', action: action ?? 'TransferToKf', args };
  const pieces: Readonly<Record<typeof settings.handover, readonly Piece[]>> = {
    auto: [memory.serving === 'robot' ? command : words],
    cmd: [command],
    text: [words],
    both: [command, words],
  };
  return carryPieces(desk, pieces[settings.handover], context);
}

/** Hands in the visitor's rating; for some hours after the session too (Easemob, web widget: `enquiry`). */
export async function rate(desk: Desk, choice: RatingChoice, context: VisitorContext): Promise<Delivery> {
  const grade = readGrade(choice.option.id);
  if (grade === undefined) return { outcome: 'refused', code: 'no grade' };
  const { settings } = desk;
  const isDigit = (settings.ratingMode ?? (settings.mode === 'im' ? 'enquiry' : 'digit')) === 'digit';
  // 1 is five stars: so the vendor's own tests rate for visitors of WeChat.
  if (isDigit) return carryPieces(desk, [{ kind: 'text', text: String(6 - grade.level) }], context);
  const args = {
    inviteId: grade.inviteId,
    serviceSessionId: choice.session,
    summary: grade.score,
    detail: '',
    ...(grade.degreeId !== undefined && { evaluationDegreeId: grade.degreeId }),
    appraiseTags: [],
    evaluateWay: 'agent',
  };
  return carryPieces(desk, [{ kind: 'control', type: 'enquiry', args }], context);
}

/** More than this of what was kept is left for the next start. */
const mostEntries = 50;
/** Easemob sends an entry again about so often. */
const mostResends = 10;

/** Asks for what callbacks did not bring while the bridge was down, as far as the tenant has bought that. */
export async function makeUp(desk: Desk, signal: AbortSignal): Promise<WakeDelivery> {
  const { exceptionStorage, historyRepair } = desk.settings;
  const asked: WakeDelivery = exceptionStorage ? await fetchStored(desk, signal) : { outcome: 'accepted' };
  return historyRepair ? { ...asked, watch: [{ topic: historyTopic, afterMs: 0 }] } : asked;
}

/** Callbacks that Easemob could not deliver and keeps for three days (回调异常存储). */
async function fetchStored(desk: Desk, signal: AbortSignal): Promise<WakeDelivery> {
  const info = await desk.im.storedCallbacks(signal);
  if (info.kind !== 'ok') return outcomeOfHarmless(info, 1);
  for (const entry of listOf(info.fields, 'data').slice(0, mostEntries)) {
    const date = textOf(entry, 'date');
    const retry = numberOf(entry, 'retry') ?? 0;
    if (date === undefined || retry >= mostResends) continue;
    const asked = await desk.im.callBackAgain({ date, retry }, signal);
    if (asked.kind !== 'ok') return outcomeOfHarmless(asked, 1);
  }
  return { outcome: 'accepted' };
}
