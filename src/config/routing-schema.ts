import { z } from 'zod';
import type { PartKind } from '../model/message.ts';
import { weekdays } from '../model/routing.ts';
import { wholeNumber } from '../ports/setting-forms.ts';

/** Kinds of a visitor's message that a rule can name. */
const messageTypes = [
  'text',
  'image',
  'voice',
  'video',
  'file',
  'link',
  'miniProgramPage',
  'location',
  'choice',
  'unsupported',
] as const satisfies readonly PartKind[];

/** `tenants.<t>.routing`: which helpdesk has a conversation, and what is asked of it. */
export function routingSchema() {
  return z
    .strictObject({
      default: z.string().optional().meta({
        description: 'the helpdesk that has what no rule leads elsewhere; the first one if left out',
        example: 'main',
      }),
      timeZone: z
        .string()
        .refine(isTimeZone, 'expected a time zone such as Asia/Shanghai')
        .default('Asia/Shanghai')
        .meta({ description: 'the time zone of the times in rules' }),
      idleSec: wholeNumber(60, 2_592_000).default(7200).meta({
        description:
          'seconds without a word after which a session is taken for ended, where the helpdesk does not tell',
      }),
      failoverAfterSec: wholeNumber(5, 86_400).optional().meta({
        description:
          'seconds that a helpdesk may be down before its conversations go to the next one; never if left out',
        example: 300,
      }),
      vipAttribute: z.string().min(1, 'expected a name').default('vip').meta({
        description: 'the field of what is known of the visitor that holds the VIP level',
      }),
      rules: z
        .array(ruleSchema(), listSuchAs(someRule))
        .optional()
        .meta({
          description:
            'in order, the first that holds chooses the helpdesk, group, agent, priority; with moves: true also while a session goes on',
          example: [{ when: { keyword: ['退款'] }, helpdesk: 'main', group: '5678', priority: 5 }],
        }),
    })
    .prefault({})
    .meta({ description: 'which helpdesk has a conversation, where there are several' });
}

const someRule = '{ when: { keyword: [退款] }, helpdesk: main }';

function ruleSchema() {
  const rule = {
    name: z.string().min(1, 'expected a name').optional().meta({ description: 'for logs' }),
    when: conditionSchema().meta({ description: 'all of these must hold' }),
    helpdesk: z.string().optional().meta({ description: 'the helpdesk by its name' }),
    group: idSchema('group').optional().meta({ description: 'its own id of a group of agents' }),
    agent: idSchema('agent').optional().meta({ description: 'its own id of an agent' }),
    priority: wholeNumber(0, 10).optional().meta({ description: '0 is ordinary, 10 most urgent' }),
    moves: z
      .boolean()
      .default(false)
      .meta({ description: 'also moves a conversation whose session goes on' }),
  };
  return z.strictObject(rule, `expected a rule such as ${someRule}`);
}

function conditionSchema() {
  const conditions = {
    sessionFrom: textsSchema('what the visitor came with; * stands for anything').optional(),
    page: textsSchema('path of the card that the visitor sends; * stands for anything').optional(),
    type: z
      .array(z.enum(messageTypes), listSuchAs('image'))
      .min(1, atLeastOne)
      .optional()
      .meta({ description: 'what the message is' }),
    keyword: textsSchema('words in the message, whatever their case').optional(),
    event: textsSchema(
      'what opened the conversation: session-enter, subscribe, SCAN, CLICK, …, or message',
    ).optional(),
    time: z
      .array(timeSchema(), listSuchAs('{ from: "18:00", to: "09:00" }'))
      .min(1, atLeastOne)
      .optional()
      .meta({ description: 'when' }),
    attributes: z.record(z.string(), textsSchema('values; * stands for anything')).optional().meta({
      description:
        'fields of what is known of the visitor: the client’s claims, too, unless profile.rulesUse is proved',
    }),
    vip: wholeNumber(0, 100).optional().meta({ description: 'this VIP level or above' }),
  };
  return z.strictObject(conditions, 'expected conditions such as { keyword: [退款] }, or {} for all');
}

function timeSchema() {
  const time = (most: RegExp, value: string) =>
    z.string().regex(most, 'expected a time such as 09:30').default(value);
  return z
    .strictObject({
      days: z
        .array(z.enum(weekdays), listSuchAs('sat, sun'))
        .min(1, atLeastOne)
        .default([...weekdays])
        .meta({ description: 'the days on which it begins' }),
      from: time(/^([01]\d|2[0-3]):[0-5]\d$/, '00:00').meta({ description: 'it begins then' }),
      to: time(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, '24:00').meta({
        description: 'it has ended then; the next day if that is earlier',
      }),
    })
    .superRefine(({ from, to }, context) => {
      if (from !== to) return;
      context.addIssue({ code: 'custom', path: ['to'], message: 'expected another time than that of from' });
    });
}

const atLeastOne = 'expected at least one entry, got an empty list';

/** What would be right in the place of a list. */
function listSuchAs(entries: string): string {
  return `expected a list such as [${entries}]`;
}

function textsSchema(description: string) {
  return z
    .array(z.string().regex(/\S/, 'expected a text, got a blank one'), listSuchAs('a, b'))
    .min(1, atLeastOne)
    .meta({ description });
}

function idSchema(what: string) {
  const error = `expected the id of the ${what}, a text or a whole number`;
  return z.union([z.string().min(1, error), z.int().min(0, error)], { error });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
