import { type Fields, listOf, textOf } from '../../src/formats/fields.ts';
import type { Option } from '../../src/model/message.ts';

/**
 * What a visitor may pick of a robot's list. An option's id holds all that the answer needs, so that it can be given
 * although the list was forgotten: `m` the item of a menu, `g` of a guide to skill groups, `r` of related questions.
 */
export interface Menu {
  readonly text: string;
  readonly options: readonly Option[];
}

/** A robot's menu (`ext.msgtype.choice`), or its guide to skill groups; `undefined` where there is nothing to pick. */
export function readMenu(choice: Fields, mode: string | undefined): Menu | undefined {
  const isGuide = mode === guideMode;
  const items = listOf(choice, 'items').flatMap((item): readonly Option[] => {
    const id = textOf(item, 'id');
    const label = textOf(item, 'name');
    if (id === undefined || label === undefined) return [];
    if (!isGuide) return [{ id: writeId(['m', id]), label }];
    // Others are calls by voice or video.
    if ((textOf(item, 'queueType') ?? 'txt') !== 'txt') return [];
    return [{ id: writeId(['g', id, textOf(item, 'queueId') ?? '']), label }];
  });
  const text = textOf(choice, 'title');
  return text === undefined || items.length === 0 ? undefined : { text, options: items };
}

/** Questions beside a robot's answer (`ext.relatedRules`). */
export function readRelated(related: Fields): readonly Option[] {
  const ruleId = textOf(related, 'ruleId') ?? '';
  const answerId = textOf(related, 'answerId') ?? '';
  const ids = textsIn(related, 'relatedRuleIds');
  return textsIn(related, 'questions').flatMap((label, place) => {
    const id = ids[place];
    return id === undefined ? [] : [{ id: writeId(['r', ruleId, answerId, id]), label }];
  });
}

/** What goes beside the text of an answer, below `ext`; `undefined` for the id of another list. */
export function readChoice(id: string): object | undefined {
  const [kind, ...values] = readId(id);
  switch (kind) {
    case 'm':
      return { msgtype: { choice: { menuid: values[0] } } };
    case 'g': {
      const choice = { menuid: values[0], queueId: values[1], queueType: 'txt' };
      return { msgtype: { mode: guideMode, choice } };
    }
    case 'r': {
      const [ruleId, answerId, relatedRuleId] = values;
      const data = JSON.stringify({ ruleId, answerId, relatedRuleId });
      return { msgtype: { choice: { relatedRuleClickActionData: data } } };
    }
    default:
      return undefined;
  }
}

/** 询前引导, in the vendor's word. */
const guideMode = 'transferManualGuide';

function writeId(values: readonly string[]): string {
  return values.map(encodeURIComponent).join(':');
}

function readId(id: string): readonly string[] {
  try {
    return id.split(':').map(decodeURIComponent);
  } catch {
    return [];
  }
}

function textsIn(fields: Fields, name: string): readonly string[] {
  const field = fields[name];
  return Array.isArray(field) ? field.filter((entry): entry is string => typeof entry === 'string') : [];
}
