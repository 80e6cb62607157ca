import { type Fields, textOf } from '../../src/formats/text-fields.ts';
import type { Part } from '../../src/model/message.ts';

/** What a member wrote to the application, or which button of a card he pressed. */
export interface Words {
  /** The same for a repeat of the callback. */
  readonly id: string;
  readonly agent: string;
  /** Milliseconds since 1970; the callback has whole seconds. */
  readonly at: number;
  readonly said: Said;
}

export type Said =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image' | 'voice' | 'video'; readonly mediaId: string }
  | Extract<Part, { kind: 'location' | 'link' }>
  | { readonly kind: 'click'; readonly button: string }
  | { readonly kind: 'unsupported'; readonly type: string };

/** Reads a member's message (WeCom, message formats of applications). `undefined`: none of a person. */
export function readWords(fields: Fields, now: number): Words | undefined {
  const agent = textOf(fields, 'FromUserName');
  const type = textOf(fields, 'MsgType');
  if (agent === undefined || type === undefined) return undefined;
  const created = textOf(fields, 'CreateTime') ?? '';
  const at = /^\d{1,12}$/.test(created) ? Number(created) * 1000 : now;
  const said = type === 'event' ? readClick(fields) : readSaid(type, fields);
  if (said === undefined) return undefined;
  const id =
    textOf(fields, 'MsgId') ??
    [agent, created, textOf(fields, 'EventKey') ?? '', textOf(fields, 'TaskId') ?? ''].join(':');
  return { id, agent, at, said };
}

function readClick(fields: Fields): Said | undefined {
  const button = textOf(fields, 'EventKey');
  const isClick = textOf(fields, 'Event') === 'template_card_event' && button !== undefined;
  return isClick ? { kind: 'click', button } : undefined;
}

function readSaid(type: string, fields: Fields): Said {
  switch (type) {
    case 'text':
      return { kind: 'text', text: textOf(fields, 'Content') ?? '' };
    case 'image':
    case 'voice':
    case 'video': {
      const mediaId = textOf(fields, 'MediaId');
      return mediaId === undefined ? { kind: 'unsupported', type } : { kind: type, mediaId };
    }
    case 'location':
      return readLocation(fields) ?? { kind: 'unsupported', type };
    case 'link': {
      const url = textOf(fields, 'Url');
      if (url === undefined) return { kind: 'unsupported', type };
      const description = textOf(fields, 'Description');
      const pictureUrl = textOf(fields, 'PicUrl');
      return {
        kind: 'link',
        title: textOf(fields, 'Title') ?? url,
        url,
        ...(description !== undefined && { description }),
        ...(pictureUrl !== undefined && { pictureUrl }),
      };
    }
    default:
      return { kind: 'unsupported', type };
  }
}

/** `Location_X` is the latitude. */
function readLocation(fields: Fields): Said | undefined {
  const [latitude, longitude] = [Number(textOf(fields, 'Location_X')), Number(textOf(fields, 'Location_Y'))];
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  const label = textOf(fields, 'Label');
  return { kind: 'location', latitude, longitude, ...(label !== undefined && { label }) };
}
