import { mediumOf } from '../../src/model/medium.ts';
import type { Part } from '../../src/model/message.ts';
import type { PastMessage, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { writePart } from './content.ts';
import { cutBytes } from './cut-text.ts';
import type { Desk } from './desk.ts';
import { note, readMemory } from './memory.ts';
import type { Line, Untold } from './transcript.ts';

/** More are not shown in a transcript, nor what is older than a session can be. */
const mostLines = 50;
const mostMessages = 200;
const oldestMs = 48 * 3_600_000;
const mostLineBytes = 600;

/**
 * What was said before agents could see it: the visitor's words, and those of whoever answered him. What this helpdesk
 * said itself came from the kf chat, where it stands.
 */
export async function findUntold(
  desk: Desk,
  { conversation, memory }: VisitorContext,
  upTo = Number.POSITIVE_INFINITY,
): Promise<Untold> {
  const { until = 0, besides = [] } = readMemory(memory.conversation).told ?? {};
  const all = await desk.history(conversation.id, { after: until, most: mostMessages });
  const past = all.filter(({ seq }) => seq <= upTo);
  const since = desk.now() - oldestMs;
  const isUntold = ({ seq, direction, isOwn, writtenAt }: PastMessage) =>
    writtenAt >= since && !besides.includes(seq) && !(isOwn && direction === 'reply');
  const lines = await Promise.all(past.filter(isUntold).map((message) => writeLine(desk, message)));
  const worth = lines.filter(({ text }) => text !== '');
  return {
    lines: worth.slice(-mostLines),
    left: Math.max(worth.length - mostLines, 0),
    until: past.at(-1)?.seq ?? until,
  };
}

async function writeLine(desk: Desk, { from, parts, writtenAt }: PastMessage): Promise<Line> {
  const texts = await Promise.all(parts.map((part) => writeWithLink(desk, part)));
  const text = texts.filter((words) => words !== '').join('\n');
  return { at: writtenAt, by: from.role === 'visitor' ? '我' : '客服', text: cutBytes(text, mostLineBytes) };
}

async function writeWithLink({ settings, mediaUrl }: Desk, part: Part): Promise<string> {
  const medium = settings.handoff.transcriptLinks ? mediumOf(part) : undefined;
  const url = medium && (await mediaUrl(medium));
  return url === undefined ? writePart(part) : `${writePart(part)} ${url}`;
}

/**
 * What our id of a message of a transcript is made of, counted from the newest: the same whichever way it is told, so that
 * WeCom takes it once.
 */
export function transcriptId({ memory }: VisitorContext, index: number): string {
  const { kf, told } = readMemory(memory.conversation);
  const since = told === undefined || told.until === 0 ? '' : `|${told.until}`;
  return `${kf?.ref ?? ''}|t|${index}${since}`;
}

/** Agents know it now. */
export function noteTold({ now }: Desk, { until }: Untold, { key }: VisitorContext): VendorEvent {
  return note({ told: { until } }, { at: now(), keys: [`told:${key}`] });
}
