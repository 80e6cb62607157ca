import type { JsonRecord } from '../json.ts';
import { bare } from './answers.ts';
import type { Callbacks, CalledBack } from './callbacks.ts';
import { type Conv, describeAgent, type Entry, type Floor, type Visitor, writeEntry } from './floor.ts';

/** Something said or done in a conversation, as the stream has it. */
export interface Speech {
  readonly from: 'agent' | 'bot' | 'client' | 'system';
  readonly type?: string;
  readonly contentType: string;
  readonly content: string;
  readonly mediaUrl?: string;
  readonly extra?: JsonRecord;
  /** Robots: what stands beside the content. */
  readonly more?: JsonRecord;
}

/** What people say and do, put where the app finds it, and called back. */
export interface Speaker {
  /** Puts words into the stream; what is not the visitor's is pushed as well. */
  say(
    visitor: Visitor,
    conv: Conv | undefined,
    speech: Speech,
  ): { readonly entry: Entry; readonly pushed: Promise<CalledBack> };
  /** Puts an event into the stream, if the settings have such. */
  act(visitor: Visitor, conv: Conv | undefined, action: string, body: JsonRecord): void;
  /** A webhook about a conversation, if the settings have such. */
  tell(topic: string, visitor: Visitor, conv: Conv): Promise<CalledBack | undefined>;
}

/** What the push names; of everything else it says nothing. */
const pushedTypes = new Set(['text', 'photo', 'audio']);

export function openSpeaker(floor: Floor, callbacks: Callbacks): Speaker {
  const add = (visitor: Visitor, entry: Entry) => {
    visitor.stream.push(entry);
    return entry;
  };
  return {
    say(visitor, conv, speech) {
      const { from, type = 'message', contentType, content, mediaUrl, extra, more = {} } = speech;
      const agent = conv === undefined ? {} : { agent: describeAgent(floor, conv) };
      const entry = add(visitor, {
        id: floor.nextId(),
        created_on: floor.stamp(),
        fields: {
          action: 'message',
          conversation_id: conv === undefined ? null : bare(conv.id),
          enterprise_id: bare(floor.settings().entId),
          track_id: visitor.trackId,
          from_type: from,
          type,
          content_type: contentType,
          content,
          media_url: mediaUrl ?? '',
          read_status: 1,
          ...(from !== 'client' && agent),
          ...(extra !== undefined && { extra: JSON.stringify(extra) }),
          ...more,
        },
      });
      const isPushed = from !== 'client' && type !== 'internal' && pushedTypes.has(contentType);
      const pushed = isPushed
        ? callbacks
            .push(writePush(floor, { visitor, conv, entry, speech }))
            .then((called) => ({ ...called, ...(entry.id !== undefined && { id: entry.id }) }))
        : Promise.resolve({
            at: floor.now(),
            kind: 'push',
            body: Buffer.alloc(0),
            isTaken: false,
            tries: [],
          } as const);
      return { entry, pushed };
    },
    act(visitor, conv, action, body) {
      if (!floor.settings().showsActions) return;
      const target = conv === undefined ? {} : { target_id: bare(conv.id) };
      add(visitor, {
        created_on: floor.stamp(),
        fields: { action, body, ...target, track_id: visitor.trackId },
      });
    },
    async tell(topic, visitor, conv) {
      const { webhookUrl, webhookSecret, enterpriseToken } = floor.settings();
      if (webhookUrl === undefined || webhookSecret === undefined) return undefined;
      const seconds = Math.floor(floor.now() / 1000);
      return callbacks.webhook({
        id: `sub_${enterpriseToken}_${seconds}`,
        event: topic,
        enterprise_token: enterpriseToken,
        created_at: seconds,
        conversation: {
          conv_id: bare(conv.id),
          ...(visitor.ownId !== undefined && { dev_client_id: visitor.ownId }),
          agent_name: describeAgent(floor, conv).nickname,
        },
      });
    },
  };
}

function writePush(
  floor: Floor,
  {
    visitor,
    conv,
    entry,
    speech,
  }: {
    readonly visitor: Visitor;
    readonly conv: Conv | undefined;
    readonly entry: Entry;
    readonly speech: Speech;
  },
): JsonRecord {
  const { pushIds } = floor.settings();
  const ids = pushIds === 'newer' ? { id: entry.id, messageId: conv?.id ?? '' } : { messageId: entry.id };
  return {
    clientId: visitor.trackId,
    contentType: speech.contentType,
    content: speech.content,
    customizedData: visitor.attrs,
    ...(visitor.ownId !== undefined && { customizedId: visitor.ownId }),
    deviceOS: 'Android',
    deviceToken: visitor.deviceToken ?? '',
    fromName: conv === undefined ? '' : describeAgent(floor, conv).nickname,
    ...ids,
    messageTime: entry.created_on,
    type: speech.type ?? 'message',
  };
}

/** Up to `limit` entries behind the bound, oldest first. */
export function readStream(
  entries: readonly Entry[],
  {
    since,
    limit,
    includesBound,
  }: { readonly since: string; readonly limit: number; readonly includesBound: boolean },
): readonly JsonRecord[] {
  const isWithin = ({ created_on: at }: Entry) => (includesBound ? at >= since : at > since);
  return entries.filter(isWithin).slice(0, limit).map(writeEntry);
}
