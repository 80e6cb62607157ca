import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { Option, Part } from '../../src/model/message.ts';
import type { Attempt, Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import { readText } from './content.ts';
import type { Desk } from './desk.ts';
import { note } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { originOf } from './profile.ts';
import { goOn, type Progress } from './progress.ts';
import { idsOf } from './translate-entry.ts';

/**
 * Asks the robot, which answers in the response (Zhichi, `robot_chat`): the visitor is told its words, and what it
 * suggests as a list. `more`: it hands over to an agent. Asked once more it only answers once more.
 */
export async function askRobot(
  desk: Desk,
  question: string,
  { attempt, progress }: { readonly attempt: Attempt; readonly progress: Progress },
): Promise<Delivery> {
  const { settings, api, now } = desk;
  const { signal, conversation } = attempt;
  const origin = originOf(desk, conversation);
  const answer = await api.askRobot({ ...origin, question, robot_flag: settings.robotFlag }, signal);
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, attempt);
  const { item } = answer;
  const cid = textOf(item, 'cid');
  const visitorId = textOf(item, 'visitorid');
  const transfer = numberOf(item, 'transfer_type') ?? 0;
  const effects = {
    events: [
      note({ isRobot: true }, now()),
      ...eventsOfAnswer(item, { settings, attempt, progress, at: now() }),
    ],
    bind: idsOf({ ...(cid !== undefined && { cid }), ...(visitorId !== undefined && { visitorId }) }),
  };
  return settings.transferOn.includes(transfer)
    ? { ...goOn({ ...progress, isHandedOver: true }), ...effects }
    : { outcome: 'accepted', ...effects };
}

interface Said extends Pick<Desk, 'settings'> {
  readonly attempt: Attempt;
  readonly progress: Progress;
  readonly at: number;
}

/** A list that can be said with its words is one message: sends are few. */
function eventsOfAnswer(item: Fields, { settings, attempt, progress, at }: Said): readonly VendorEvent[] {
  const key = `robot:${textOf(item, 'msgid') ?? `${attempt.key}:${progress.piece}`}`;
  const { text, lead, options } = readAnswer(item);
  const parts = readText(text, key, settings);
  const isPlain = parts.every(({ kind }) => kind === 'text');
  const said: readonly VendorEvent[] = [
    { kind: 'message', from: { role: 'robot' }, parts, automatic: true, keys: [key], at },
  ];
  if (options.length === 0) return parts.length === 0 ? [] : said;
  const menu = {
    kind: 'menuAsked',
    options,
    expiresMs: menuExpiresMs,
    keys: [`${key}:menu`],
    at,
  } as const;
  const introduction = plainText(readText(lead, key, settings));
  if (!isPlain) return [...said, { ...menu, text: introduction }];
  return [{ ...menu, text: [plainText(parts), introduction].filter((words) => words !== '').join('\n') }];
}

const menuExpiresMs = 600_000;

interface RobotAnswer {
  readonly text: string;
  /** The line before what is suggested. */
  readonly lead: string;
  readonly options: readonly Option[];
}

/** Without words of its own the answer is a step of a dialogue (multi_response_info). */
function readAnswer(item: Fields): RobotAnswer {
  const text = textOf(item, 'answer');
  const dialogue = fieldsOf(item, 'multi_response_info');
  if (text === undefined && dialogue !== undefined) return readDialogue(dialogue);
  const questions = listOf(item, 'suggestions').flatMap((each) => textOf(each, 'question') ?? []);
  return { text: text ?? '', lead: textOf(item, 'stripe') ?? '', options: optionsOf(questions) };
}

function readDialogue(fields: Fields): RobotAnswer {
  const strip = [textOf(fields, 'answer_strip'), textOf(fields, 'answer')]
    .filter((text) => !!text)
    .join('\n');
  const inputs = textOf(fields, 'input_content_list')?.split(',') ?? [];
  const wanted = inputs.map((input) => input.trim()).filter((input) => input !== '');
  return { text: textOf(fields, 'remind_question') ?? strip, lead: '', options: optionsOf(wanted) };
}

/** What is picked is asked as its text, so the text is all that counts. */
function optionsOf(labels: readonly string[]): readonly Option[] {
  return labels.map((label) => ({ id: label, label }));
}

function plainText(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
}
