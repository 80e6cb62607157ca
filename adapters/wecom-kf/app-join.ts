import type { Message } from '../../src/model/message.ts';
import { writePart } from './content.ts';

/** One text message of an application (WeCom, `message/send`). */
const mostBytes = 2048;

/**
 * How many of the messages that wait behind a text go along with it: texts, as far as they fit into one message. A member
 * gets so many messages a minute, and what is over that is dropped without a word (WeCom, `message/send`). Pure.
 */
export function countJoined(text: string, behind: readonly Message[]): number {
  let bytes = Buffer.byteLength(text);
  let joined = 0;
  for (const message of behind) {
    bytes += Buffer.byteLength(lineOf(message)) + 1;
    if (bytes > mostBytes || !message.parts.every(({ kind }) => kind === 'text')) break;
    joined += 1;
  }
  return joined;
}

/** A text and the first of those that wait behind it, a line each. Pure. */
export function joinTexts(text: string, behind: readonly Message[], joined: number): string {
  return [text, ...behind.slice(0, joined).map(lineOf)].join('\n');
}

function lineOf({ parts }: Message): string {
  return parts.map(writePart).join('\n').toWellFormed();
}
