import { type Field, type Fields, fieldsOf, isFields, textOf } from '../formats/text-fields.ts';
import type { KnockItem } from '../ports/channel.ts';

/**
 * What an event about subscription messages says of each template (WeChat, subscription message events): a visitor
 * answered the question, switched a template off, or a message reached him or not. Empty for every other event.
 */
export function decodeSubscription(fields: Fields, name: string): readonly KnockItem[] {
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (wrapper === undefined) return [];
  // XML wraps the rows in an element of the event's name; JSON does not.
  const { List } = fieldsOf(fields, wrapper) ?? fields;
  return rowsOf(List).flatMap((row) => {
    const template = textOf(row, 'TemplateId');
    return template === undefined || !/^[\w-]{1,128}$/.test(template) ? [] : readRow(name, row, template);
  });
}

/** A person has to know of a message that did not arrive. */
export function alarmOfKnocks(items: readonly KnockItem[]): string | undefined {
  const lost = items.find((item) => item.kind === 'undelivered');
  return lost && `WeChat could not deliver a subscription message (${lost.code})`;
}

const wrappers: Readonly<Record<string, string>> = {
  subscribe_msg_popup_event: 'SubscribeMsgPopupEvent',
  subscribe_msg_change_event: 'SubscribeMsgChangeEvent',
  subscribe_msg_sent_event: 'SubscribeMsgSentEvent',
};

/** One row is an object, several are a list: in JSON by WeChat's own habit, in XML by its nature. */
function rowsOf(list: Field | undefined): readonly Fields[] {
  if (list === undefined || typeof list === 'string') return [];
  return isFields(list) ? [list] : list.filter(isFields);
}

function readRow(name: string, row: Fields, template: string): readonly KnockItem[] {
  const status = textOf(row, 'SubscribeStatusString');
  switch (name) {
    case 'subscribe_msg_popup_event':
      return status === 'accept' ? [{ kind: 'allowed', template }] : [];
    case 'subscribe_msg_change_event':
      return status === 'reject' ? [{ kind: 'forbidden', template }] : [];
    default: {
      const code = textOf(row, 'ErrorCode') ?? '';
      if (code === '0') return [{ kind: 'delivered', template }];
      return [{ kind: 'undelivered', template, code: /^-?\d{1,10}$/.test(code) ? code : 'unreadable' }];
    }
  }
}
