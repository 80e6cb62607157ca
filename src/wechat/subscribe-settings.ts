import { z } from 'zod';

/** What a value of a subscription message may be, by the beginning of its key (WeChat, subscription message page). */
const valueKinds: Readonly<Record<string, { readonly is: RegExp; readonly what: string }>> = {
  thing: { is: /^.{1,20}$/u, what: '1 to 20 characters' },
  number: { is: /^(?=.{1,32}$)\d+(\.\d+)?$/, what: 'a number of at most 32 digits' },
  letter: { is: /^[A-Za-z]{1,32}$/, what: '1 to 32 Latin letters' },
  symbol: { is: /^[\p{P}\p{S}]{1,5}$/u, what: '1 to 5 signs' },
  character_string: { is: /^\P{sc=Han}{1,32}$/u, what: '1 to 32 characters, none of them Chinese' },
  time: { is: dateOrTime(), what: 'a time such as 10:11 or 2026-01-02 10:11' },
  date: { is: dateOrTime(), what: 'a date such as 2026-01-02 or 2026年1月2日' },
  amount: { is: /^\p{Sc}?\d{1,10}(\.\d+)?元?$/u, what: 'an amount of at most 10 digits' },
  phone_number: { is: /^[\d+() -]{1,17}$/, what: 'at most 17 digits and signs' },
  car_number: { is: /^.{1,8}$/u, what: '1 to 8 characters' },
  name: { is: /^(?:\p{sc=Han}{1,10}|[\x20-\x7e]{1,20})$/u, what: '10 Chinese or 20 Latin characters' },
  phrase: { is: /^\p{sc=Han}{1,5}$/u, what: '1 to 5 Chinese characters' },
};

function dateOrTime(): RegExp {
  const date = String.raw`\d{4}(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|年\d{1,2}月\d{1,2}日)`;
  return new RegExp(`^(?:${date}(?: \\d{1,2}:\\d{2})?|\\d{1,2}:\\d{2})$`);
}

/** What stands for an agent without a name, or with one that does not fit. */
const anyAgent = '客服';

/** The values that placeholders stand for. */
export interface KnockValues {
  /** `2026-01-02 10:11` */
  readonly time: string;
  readonly count: string;
  readonly agent: string;
}

/** A value with its placeholders filled in. An agent's name gives way where the whole would be too long. */
export function fillValue(key: string, text: string, values: KnockValues): string {
  const letters = [...values.agent.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '')];
  const cut = letters.map((_, place) => letters.slice(0, letters.length - place).join(''));
  const names = cut.map((name) => name.trim()).filter((name) => name !== '');
  const filled = [...names, anyAgent].map((agent) => expand(text, { ...values, agent }));
  return (
    filled.find((value) => faultOf(key, value) === undefined) ?? expand(text, { ...values, agent: anyAgent })
  );
}

function expand(text: string, values: KnockValues): string {
  return text.replaceAll(/\{(time|count|agent)\}/g, (_, name: keyof KnockValues) => values[name]);
}

/** What would be right; `undefined` where the value is. */
function faultOf(key: string, value: string): string | undefined {
  const kind = kindOf(key);
  if (kind === undefined)
    return `expected a key such as thing1: ${Object.keys(valueKinds).join(', ')} and a number`;
  const isFine = kind.is.test(value) && value.trim() !== '' && !/\p{Cc}/u.test(value);
  return isFine ? undefined : `expected ${kind.what} for ${key}`;
}

function kindOf(key: string): (typeof valueKinds)[string] | undefined {
  const name = /^([a-z_]+)\d{1,3}$/.exec(key)?.[1];
  return name !== undefined && Object.hasOwn(valueKinds, name) ? valueKinds[name] : undefined;
}

/** The longest time and number there are; the agent is the one whose name gives way. */
const longest: KnockValues = { time: '2026-12-31 23:59', count: '9999', agent: anyAgent };

function faultOfSetting(key: string, text: string): string | undefined {
  const unknown = text.replaceAll(/\{(?:time|count|agent)\}/g, '').match(/[{}][^{}]*\}?/)?.[0];
  if (unknown !== undefined) return `expected {time}, {count} or {agent}, got ${unknown}`;
  return faultOf(key, expand(text, longest));
}

export const subscribeSettings = z.strictObject({
  templateId: z
    .string()
    .regex(/^[\w-]{8,128}$/, 'expected the id of a template, from the console')
    .meta({ description: 'id of the template, from the console (订阅消息)' }),
  page: z
    .string()
    .regex(/^[^\s/]\S{0,511}$/, 'expected a page of the mini-program without a slash before it')
    .meta({ description: 'page of the mini-program that it opens: the one with the contact button' }),
  data: z
    .record(z.string(), z.string())
    .superRefine((data, context) => {
      if (Object.keys(data).length === 0) context.addIssue('expected the values of the template, got none');
      for (const [key, text] of Object.entries(data)) {
        const message = faultOfSetting(key, text);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
      }
    })
    .meta({
      description: 'the values of the template by their keys; {time}, {count} and {agent} are filled in',
    }),
  miniprogramState: z
    .enum(['formal', 'trial', 'developer'])
    .default('formal')
    .meta({ description: 'which version of the mini-program it opens' }),
  lang: z
    .enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW'])
    .default('zh_CN')
    .meta({ description: 'language in which WeChat shows it' }),
});

export type SubscribeSettings = z.output<typeof subscribeSettings>;
