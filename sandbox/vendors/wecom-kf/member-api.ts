import { isRecord, type JsonRecord } from '../json.ts';
import type { Timeline } from '../timeline.ts';
import type { ApiParts } from './api.ts';
import { answer, type Body, type Reply, refuse } from './reply.ts';

/** A message of the application, as a member sees it. */
export interface MemberMessage {
  readonly at: number;
  readonly userid: string;
  readonly msgtype: string;
  /** The words of a text, the title of a card. */
  readonly text: string;
  readonly content: JsonRecord;
  readonly bytes?: Buffer;
}

export interface Threads {
  readonly messages: Timeline<MemberMessage>;
  /** When each body was taken last, for the check against repeats. */
  readonly taken: Map<string, number>;
  /** When each member got messages in the last minute. */
  readonly paces: Map<string, number[]>;
  /** What was over the limit of a member: nobody is told. */
  dropped: number;
}

export function sendToMember(parts: ApiParts, { fields, text }: Body): Reply {
  const { settings, chat, threads, now } = parts;
  if (fields.agentid !== settings().agentid) return refuse(301002);
  const userid = String(fields.touser ?? '');
  if (userid === '') return refuse(82001);
  const type = String(fields.msgtype);
  const content = fields[type];
  const fault = findFault(parts, type, content);
  if (fault !== undefined || !isRecord(content)) return refuse(fault ?? 40058);
  if (!chat.members.has(userid)) return answer({ invaliduser: userid.toLowerCase(), msgid: 'sim' });
  const taken = answer({ msgid: `sim_${threads.messages.count + 1}` });
  if (isRepeat(parts, fields, text)) return taken;
  if (isOverLimit(parts, userid)) {
    threads.dropped += 1;
    return taken;
  }
  const bytes = parts.shelf.get(String(content.media_id ?? ''))?.bytes;
  threads.messages.add({
    at: now(),
    userid,
    msgtype: type,
    text: textOf(type, content),
    content,
    ...(bytes && { bytes }),
  });
  return taken;
}

function findFault({ shelf, now }: ApiParts, type: string, content: unknown): number | undefined {
  if (!['text', 'image', 'voice', 'video', 'file', 'template_card'].includes(type)) return 40008;
  if (!isRecord(content)) return 40058;
  if (type === 'text') {
    if (typeof content.content !== 'string' || content.content === '') return 44004;
    // Longer ones are cut; nobody who is careful lets it come to that.
    return Buffer.byteLength(content.content) > 2048 ? 45002 : undefined;
  }
  if (type === 'template_card') return findCardFault(content);
  const file = shelf.get(String(content.media_id ?? ''));
  return file === undefined || file.until <= now() || file.type !== type ? 40007 : undefined;
}

function findCardFault({
  card_type: type,
  main_title: title,
  task_id: task,
  button_list: buttons,
}: JsonRecord): number | undefined {
  const isSound =
    type === 'button_interaction' &&
    isRecord(title) &&
    typeof task === 'string' &&
    /^[0-9A-Za-z_\-@]{1,128}$/.test(task) &&
    Array.isArray(buttons) &&
    buttons.every(
      (button) => isRecord(button) && typeof button.text === 'string' && typeof button.key === 'string',
    );
  return isSound ? undefined : 40058;
}

function isRepeat({ threads, now }: ApiParts, fields: JsonRecord, text: string): boolean {
  if (fields.enable_duplicate_check !== 1) return false;
  const interval = Number(fields.duplicate_check_interval ?? 1800) * 1000;
  const isKnown = now() - (threads.taken.get(text) ?? Number.NEGATIVE_INFINITY) < interval;
  threads.taken.set(text, now());
  return isKnown;
}

function isOverLimit({ threads, settings, now }: ApiParts, userid: string): boolean {
  const recent = (threads.paces.get(userid) ?? []).filter((at) => now() - at < 60_000);
  if (recent.length >= settings().memberPerMinute) return true;
  threads.paces.set(userid, [...recent, now()]);
  return false;
}

function textOf(type: string, content: JsonRecord): string {
  if (type === 'text') return String(content.content);
  return isRecord(content.main_title) ? String(content.main_title.title) : '';
}
