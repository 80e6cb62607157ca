import type { JsonRecord } from '../json.ts';
import { answer, bare, type Reply, refusal } from './answers.ts';
import { isCards, isExtraOfVideo, isWord } from './fields.ts';
import type { FileShelf } from './files.ts';
import { type Conv, type Entry, type Visitor, writeEntry } from './floor.ts';
import { applyTimeouts, type House, leave } from './reception.ts';

/** A visitor's message that was taken. */
export interface VisitorMessage {
  readonly at: number;
  readonly id: string;
  readonly trackId: string;
  readonly ownId?: string;
  readonly type: string;
  readonly content: string;
  /** Words; of media there are none. */
  readonly text?: string;
  readonly file?: Buffer;
  readonly state: 'robot' | 'human' | 'queued';
}

/** What is wrong with a message, if anything is. */
export function findMessageFault(
  { type, content, extra }: JsonRecord,
  { files, textMaxChars }: { readonly files: FileShelf; readonly textMaxChars: number },
): string | undefined {
  if (!isWord(type) || !['text', 'photo', 'audio', 'video', 'hybrid'].includes(type)) return 'type';
  if (!isWord(content)) return 'content';
  if (type === 'text') {
    if (extra !== undefined) return 'extra';
    return content.trim() !== content || content.length > textMaxChars ? 'content' : undefined;
  }
  if (type === 'hybrid') return isCards(content) && extra === undefined ? undefined : 'content';
  const file = files.find(content);
  if (file?.kind !== type) return 'content';
  const isRight = type === 'video' ? isExtraOfVideo(extra, file) : extra === undefined;
  return isRight ? undefined : 'extra';
}

/** `client/send_msg`. */
export function takeMessage(
  house: House & { readonly files: FileShelf; readonly note: (message: VisitorMessage) => void },
  visitor: Visitor,
  body: JsonRecord,
): Reply {
  const { floor, files } = house;
  applyTimeouts(house);
  const settings = floor.settings();
  const fault = findMessageFault(body, { files, textMaxChars: settings.textMaxChars });
  if (fault !== undefined) return refusal(400, fault);
  if (visitor.isBlocked) return answer({ success: false, black: true });
  const conv = floor.openConv(visitor.trackId);
  const isQueued = floor.queue.has(visitor.trackId);
  if (conv === undefined && !isQueued) {
    if (floor.lastConv(visitor.trackId) !== undefined) return answer({ msg: 'conversation not found' });
    return settings.refusesBy400 ? refusal(400, 'nobody') : answer({ success: false });
  }
  if (conv === undefined && !settings.storesQueued) return answer({ success: false, result: 'queueing' });
  return store(house, visitor, { body, conv });
}

function store(
  house: Parameters<typeof takeMessage>[0],
  visitor: Visitor,
  { body, conv }: { readonly body: JsonRecord; readonly conv: Conv | undefined },
): Reply {
  const { floor, speaker, files, note } = house;
  const type = String(body.type);
  const content = String(body.content);
  const file = files.find(content);
  const masked = floor.settings().masked.filter((word) => type === 'text' && content.includes(word));
  const replaced = masked.reduce((text, word) => text.replaceAll(word, '*'.repeat(word.length)), content);
  const { entry } = speaker.say(visitor, conv, {
    from: 'client',
    contentType: type,
    content,
    ...(file !== undefined && { mediaUrl: file.url }),
  });
  if (conv !== undefined) conv.lastVisitorAt = floor.now();
  note({
    at: floor.now(),
    id: entry.id ?? '',
    trackId: visitor.trackId,
    ...(visitor.ownId !== undefined && { ownId: visitor.ownId }),
    type,
    content,
    ...(file === undefined ? { text: content } : { file: file.bytes }),
    state: conv === undefined ? 'queued' : conv.isRobot ? 'robot' : 'human',
  });
  if (conv?.isRobot && type === 'text') letRobotReply(house, visitor, { conv, content });
  return answer({
    success: true,
    ...(conv === undefined && { result: 'queueing' }),
    msg: describeSent(entry, conv),
    ...(masked.length > 0 && {
      sensitive_content: { contains_sensitive_words: true, replaced_content: replaced },
    }),
  });
}

function describeSent(entry: Entry, conv: Conv | undefined): JsonRecord {
  const { content, content_type, from_type, type } = writeEntry(entry);
  return {
    id: bare(entry.id ?? '0'),
    conversation_id: conv === undefined ? null : bare(conv.id),
    created_on: entry.created_on,
    content,
    content_type,
    from_type,
    type,
  };
}

function letRobotReply(
  { floor, speaker }: House,
  visitor: Visitor,
  { conv, content }: { readonly conv: Conv; readonly content: string },
): void {
  const reply = floor.settings().robot?.reply?.(content);
  if (reply === undefined) return;
  leave(speaker.say(visitor, conv, { from: 'bot', contentType: 'text', content: reply }).pushed);
}
