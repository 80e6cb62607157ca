import type { Card } from './state.ts';
import { isRecord, type JsonRecord } from './vendors/json.ts';
import type { Send } from './vendors/wechat.ts';

/** What a visitor's phone shows of a send that is neither words nor a picture. */
export function cardOf({ msgtype, payload }: Pick<Send, 'msgtype' | 'payload'>): Card {
  const content = isRecord(payload[msgtype]) ? payload[msgtype] : {};
  const shown = msgtype === 'news' ? firstOf(content.articles) : content;
  const title = textIn(shown, 'title') ?? textIn(shown, 'head_content');
  const text = textIn(shown, 'description') ?? textIn(shown, 'tail_content');
  const url = textIn(shown, 'url') ?? textIn(shown, 'pagepath');
  const options = msgtype === 'msgmenu' ? optionsIn(shown) : undefined;
  return {
    type: msgtype,
    ...(title !== undefined && { title }),
    ...(text !== undefined && { text }),
    ...(url !== undefined && { url }),
    ...(options !== undefined && { options }),
  };
}

function firstOf(list: unknown): JsonRecord {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return isRecord(first) ? first : {};
}

function textIn(fields: JsonRecord, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optionsIn({ list }: JsonRecord): readonly string[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.flatMap((item) => (isRecord(item) ? [textIn(item, 'content') ?? ''] : []));
}
