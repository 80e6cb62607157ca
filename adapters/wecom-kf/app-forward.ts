import { z } from 'zod';
import { textOf } from '../../src/formats/fields.ts';
import type { Json, Message } from '../../src/model/message.ts';
import { shownLabel } from '../../src/model/profile.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { ActionContext, Attempt, Delivery } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Answer } from './api.ts';
import { countJoined, joinTexts } from './app-join.ts';
import { type AppChat, chatOf, noteApp } from './app-memory.ts';
import type { Desk } from './desk.ts';
import { readMemory } from './memory.ts';
import { codes, isSaid, outcomeOf } from './outcome.ts';
import { type Piece, planPieces } from './pieces.ts';
import { uploadMedia } from './upload.ts';

/**
 * Carries one message of a visitor to the member who has him, a call a step: he is given a tag and a member, the member a
 * card, then each piece of the message goes as a message of the application. `more` goes on with the next.
 */
export async function forwardToMember(desk: Desk, message: Message, attempt: Attempt): Promise<Delivery> {
  const progress = progressShape.parse(attempt.progress ?? {});
  const chat = chatOfVisitor(attempt);
  if (chat === undefined) return openChat(desk, attempt, progress);
  const who = { tag: chat.tag, name: nameOf(message, attempt) };
  const pieces = planPieces(message.parts, who);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'accepted' };
  const isLast = progress.piece === pieces.length - 1;
  const step: Step = { desk, attempt, progress, chat, isLast };
  if (progress.isNew && !progress.isIntroduced && desk.settings.app.card) return introduce(step);
  return piece.kind === 'text' ? sendText(step, piece.text) : sendMedium(step, piece);
}

/** A message of one text takes the texts along that wait behind it: how many is written down before they are sent. */
async function sendText(step: Step, text: string): Promise<Delivery> {
  const { attempt, progress, isLast } = step;
  const { joined = isLast && progress.piece === 0 ? undefined : 0 } = progress;
  if (joined !== undefined) return sendLast(step, textMessage(joinTexts(text, attempt.behind, joined)));
  // It may have arrived alone: only the same words again are dropped.
  if (attempt.lost !== undefined) return goOn({ ...progress, joined: 0 });
  const count = countJoined(text, attempt.behind);
  return count === 0 ? sendLast(step, textMessage(text)) : goOn({ ...progress, joined: count });
}

/** A line that only the member sees. */
export async function writeNote(desk: Desk, text: string, context: VisitorContext): Promise<Delivery> {
  const chat = chatOfVisitor(context);
  if (chat === undefined) return { outcome: 'refused', code: 'no chat' };
  const sent = await desk.api.sendToMember(
    chat.agent,
    textMessage(`【#${chat.tag}】系统：${text}`),
    context.signal,
  );
  return readSent(sent, chat.agent, context) ?? { outcome: 'accepted' };
}

/** The visitor's tag ends: what comes next gets a new one. */
export async function endChat(desk: Desk, context: VisitorContext): Promise<Delivery> {
  const chat = chatOfVisitor(context);
  if (chat === undefined) return { outcome: 'accepted' };
  const events = [noteApp({ kind: 'end', tag: chat.tag }, { at: desk.now(), keys: [`end:${context.key}`] })];
  return { outcome: 'accepted', events };
}

/**
 * What a message to a member came to that did not arrive. That WeCom takes it says nothing yet: a member who cannot be
 * reached is only named in the answer, in lower case.
 */
export function readSent(
  answer: Answer,
  agent: string,
  { number }: Pick<ActionContext, 'number'>,
): FailedDelivery | undefined {
  if (answer.kind !== 'ok') return outcomeOf(answer, number);
  const names = [textOf(answer.fields, 'invaliduser'), textOf(answer.fields, 'unlicenseduser')];
  const unreached = names.flatMap((list) => (list ?? '').toLowerCase().split('|'));
  if (!unreached.includes(agent.toLowerCase())) return undefined;
  const alarm = 'a member in app.agents cannot be reached by the application: is he in its visible range?';
  return { outcome: 'later', code: 'invaliduser', because: 'vendor', afterMs: 60_000, alarm };
}

export function textMessage(content: string): object {
  return { msgtype: 'text', text: { content } };
}

/** What a `more` leaves behind. */
const progressShape = z
  .object({
    piece: z.int().default(0),
    /** How often a tag was asked for. */
    opens: z.int().default(0),
    isNew: z.boolean().optional(),
    isIntroduced: z.boolean().optional(),
    upload: z.object({ mediaId: z.string(), as: z.enum(['image', 'voice', 'video', 'file']) }).optional(),
    isAnnounced: z.boolean().optional(),
    /** WeCom had lost the upload, and was given it again. */
    isUploadedAgain: z.boolean().optional(),
    /** So many of the messages behind go along. */
    joined: z.int().optional(),
  })
  .catch({ piece: 0, opens: 0 });

type Progress = z.output<typeof progressShape>;

interface Step {
  readonly desk: Desk;
  readonly attempt: Attempt;
  readonly progress: Progress;
  readonly chat: AppChat;
  readonly isLast: boolean;
}

function chatOfVisitor({ memory, conversation }: VisitorContext): AppChat | undefined {
  return chatOf(readMemory(memory.helpdesk).app, conversation.id);
}

/** No visitor of WeChat's tells his name. `seq` tells two equal messages apart, of which WeCom would drop the second. */
function nameOf({ seq }: Message, { conversation }: Attempt): string {
  return `${shortName(conversation)}·${seq}`;
}

function shortName({ visitor }: Attempt['conversation']): string {
  return `用户${visitor.slice(-6)}`;
}

/** Tag and member are given by the memory of the company, which all visitors share. */
function openChat({ now }: Desk, attempt: Attempt, progress: Progress): Delivery {
  if (progress.opens >= mostOpens) return { outcome: 'later', code: 'no chat', because: 'message' };
  const opens = progress.opens + 1;
  const opened = { kind: 'open', conversation: attempt.conversation.id } as const;
  const events = [noteApp(opened, { at: now(), keys: [`open:${attempt.key}:${attempt.number}:${opens}`] })];
  return { ...goOn({ ...progress, opens, isNew: true }), events };
}

const mostOpens = 3;

/** That the card could not be shown keeps no message back: each has the tag. */
async function introduce(step: Step): Promise<Delivery> {
  const { desk, attempt, chat, progress } = step;
  const answer = await desk.api.sendToMember(chat.agent, cardOf(chat, attempt), attempt.signal);
  const failed = readSent(answer, chat.agent, attempt);
  if (failed !== undefined && failed.outcome !== 'refused') return failed;
  return goOn({ ...progress, isIntroduced: true });
}

/** WeCom shows six lines of a card (template cards, `horizontal_content_list`). */
const mostFacts = 6;

function cardOf({ tag }: AppChat, { conversation, key }: Attempt): object {
  const { visitor, appid, context, profile = [] } = conversation;
  const known = profile.map((item) => ({
    keyname: shownLabel(item),
    value: item.value.slice(0, 60).toWellFormed(),
  }));
  const facts = [
    { keyname: '来源', value: `微信 ${appid}` },
    { keyname: 'openid', value: visitor },
    ...(context ? [{ keyname: '进入参数', value: context.slice(0, 60) }] : []),
    ...known,
  ].slice(0, mostFacts);
  return {
    msgtype: 'template_card',
    template_card: {
      card_type: 'button_interaction',
      main_title: { title: `新会话 #${tag}`, desc: shortName(conversation) },
      sub_title_text: `回复“#${tag} 内容”，或先接入再直接回复`,
      horizontal_content_list: facts,
      task_id: `${tag}-${key}`.replaceAll(/[^0-9A-Za-z_\-@]/g, '_').slice(0, 128),
      button_list: [
        { text: '接入', style: 1, key: `take:${tag}` },
        { text: '结束', style: 2, key: `end:${tag}` },
      ],
    },
  };
}

async function sendMedium(step: Step, piece: Extract<Piece, { kind: 'media' }>): Promise<Delivery> {
  const { desk, attempt, progress } = step;
  const { upload } = progress;
  if (upload === undefined) {
    const uploaded = await uploadMedia(desk, piece, attempt);
    if (uploaded.kind === 'failed') return uploaded.outcome;
    if (uploaded.kind === 'uploaded') {
      const { mediaId, as } = uploaded;
      return goOn({ ...progress, upload: { mediaId, as } });
    }
    const url = await desk.mediaUrl(piece.media);
    return sendLast(step, textMessage(`${piece.instead} ${url ?? '发送失败'}`));
  }
  if (!progress.isAnnounced) {
    const failed = await send(step, textMessage(piece.line));
    return failed ?? goOn({ ...progress, isAnnounced: true });
  }
  return sendUploaded(step, upload);
}

async function sendUploaded(step: Step, { as, mediaId }: NonNullable<Progress['upload']>): Promise<Delivery> {
  const { desk, attempt, chat, progress } = step;
  const message = { msgtype: as, [as]: { media_id: mediaId } };
  const answer = await desk.api.sendToMember(chat.agent, message, attempt.signal);
  if (answer.kind !== 'ok' && isSaid(answer, codes.mediaGone) && !progress.isUploadedAgain) {
    const { upload: _gone, ...rest } = progress;
    return goOn({ ...rest, isUploadedAgain: true });
  }
  return readSent(answer, chat.agent, attempt) ?? sent(step);
}

/** `undefined`: it was taken. */
async function send({ desk, attempt, chat }: Step, message: object): Promise<FailedDelivery | undefined> {
  return readSent(await desk.api.sendToMember(chat.agent, message, attempt.signal), chat.agent, attempt);
}

async function sendLast(step: Step, message: object): Promise<Delivery> {
  return (await send(step, message)) ?? sent(step);
}

function sent({ desk, attempt, progress, chat, isLast }: Step): Delivery {
  if (!isLast) return goOn({ piece: progress.piece + 1, opens: progress.opens });
  const said = { kind: 'said', tag: chat.tag } as const;
  return {
    outcome: 'accepted',
    took: progress.joined ?? 0,
    events: [noteApp(said, { at: desk.now(), keys: [`said:${attempt.key}`] })],
  };
}

function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts, numbers and claims only
}
