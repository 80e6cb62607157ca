import { type Field, type Fields, fieldsOf, textOf } from '../../src/formats/fields.ts';
import { readTime } from './time.ts';
import { type Agent, idOf, itemsOf, objectOf, objectsOf, readAgent } from './wire.ts';

/** An entry of the stream, of a list of tickets' answers, or of an answer of `scheduler`: a message or an event. */
export interface Entry {
  readonly id?: string;
  readonly conv?: string;
  /** `message` where it is left out. */
  readonly action: string;
  readonly from: string;
  readonly type: string;
  readonly contentType: string;
  readonly content: Field | undefined;
  readonly mediaUrl?: string;
  /** As Meiqia wrote it, and in milliseconds. */
  readonly createdOn?: string;
  readonly at?: number;
  readonly agent: Agent;
  readonly extra: Fields;
  readonly body: Fields;
  /** Robots only: what they offer, and what they say. */
  readonly subType?: string;
  readonly tags: readonly Field[];
  readonly robot: readonly Fields[];
}

/** Reads an entry; every member may be missing. */
export function readEntry(fields: Fields): Entry {
  const action = textOf(fields, 'action') ?? 'message';
  const body = fieldsOf(fields, 'body') ?? {};
  // An answer to a ticket may stand in the body, and its frame beside it.
  const own: Fields = action === 'ticket_reply' && textOf(body, 'content_type') !== undefined ? body : fields;
  const id = idOf(own, 'id') ?? idOf(fields, 'id');
  const conv = idOf(own, 'conversation_id') ?? idOf(fields, 'target_id');
  const createdOn = [own, fields]
    .flatMap((of) => [textOf(of, 'created_on'), textOf(of, 'created_at')])
    .find((text) => readTime(text) !== undefined);
  const at = readTime(createdOn);
  const mediaUrl = textOf(own, 'media_url');
  const subType = textOf(own, 'sub_type');
  return {
    ...(id !== undefined && { id }),
    ...(conv !== undefined && { conv }),
    action,
    from: textOf(own, 'from_type') ?? 'agent',
    type: textOf(own, 'type') ?? 'message',
    contentType: textOf(own, 'content_type') ?? '',
    content: own.content,
    ...(mediaUrl !== undefined && { mediaUrl }),
    ...(createdOn !== undefined && { createdOn }),
    ...(at !== undefined && { at }),
    agent: readSpeaker(own),
    extra: objectOf(own.extra),
    ...(subType !== undefined && { subType }),
    tags: itemsOf(own.tags) ?? [],
    robot: objectsOf(own.content_robot),
    body,
  };
}

/** Robots may speak under another name (`display_agent`). */
function readSpeaker(fields: Fields): Agent {
  const agent = readAgent(fieldsOf(fields, 'agent') ?? {});
  const isRobot = agent.isRobot || textOf(fields, 'from_type') === 'bot';
  const shown = readAgent(fieldsOf(fields, 'display_agent') ?? {});
  const { name = agent.name, avatar = agent.avatar } = isRobot ? shown : agent;
  return {
    ...(agent.token !== undefined && { token: agent.token }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
    isRobot,
  };
}

/** A push (Meiqia, 推送配置), as far as the bridge reads it. */
export interface Push {
  readonly trackId: string;
  readonly ownId?: string;
  readonly id?: string;
  readonly type: string;
  readonly contentType: string;
  readonly content: string;
  readonly from?: string;
  readonly at?: number;
}

/** `undefined`: the visitor is not named, and so nothing is told. */
export function readPush(fields: Fields): Push | undefined {
  const trackId = textOf(fields, 'clientId');
  if (trackId === undefined) return undefined;
  const device = /^kb1-(.+)$/.exec(textOf(fields, 'deviceToken') ?? '')?.[1];
  const ownId = textOf(fields, 'customizedId') ?? device;
  const id = idOf(fields, 'id') ?? idOf(fields, 'messageId');
  const from = textOf(fields, 'fromName');
  const at = readTime(textOf(fields, 'messageTime'));
  return {
    trackId,
    ...(ownId !== undefined && { ownId }),
    ...(id !== undefined && { id }),
    type: textOf(fields, 'type') ?? 'message',
    contentType: textOf(fields, 'contentType') ?? 'text',
    content: textOf(fields, 'content') ?? '',
    ...(from !== undefined && { from }),
    ...(at !== undefined && { at }),
  };
}
