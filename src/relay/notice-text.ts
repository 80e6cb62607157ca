import type { Option, Part } from '../model/message.ts';
import { type NoticeName, type NoticeTexts, notices } from '../model/notices.ts';

/** What a notice can be filled with. Where `ahead` is missing, the clause that speaks of it is left out. */
export interface NoticeValues {
  /** The vendor's own text for the occasion. */
  readonly vendorText?: string | undefined;
  readonly ahead?: number | undefined;
  readonly agent?: string | undefined;
  readonly options?: string | undefined;
  readonly text?: string | undefined;
}

/** The text for the visitor, or empty for silence: a configured one, else the vendor's, else the default. */
export function noticeText(name: NoticeName, texts: NoticeTexts, values: NoticeValues = {}): string {
  return fill(templateOf(name, texts, values), values);
}

/**
 * A question to the visitor with a list to choose from, between what the text has before `{options}` and after it; a
 * text alone where it has no place for a list, and `undefined` for silence.
 */
export function questionPart(
  name: NoticeName,
  texts: NoticeTexts,
  { options, ...values }: Omit<NoticeValues, 'options'> & { readonly options: readonly Option[] },
): Part | undefined {
  const template = templateOf(name, texts, values);
  const [before = '', ...after] = template.split('{options}').map((text) => fill(text, values));
  if (template.trim() === '') return undefined;
  if (after.length === 0) return before === '' ? undefined : { kind: 'text', text: before };
  const tail = after.filter((text) => text !== '').join('\n');
  return { kind: 'menu', text: before, options, ...(tail !== '' && { tail }) };
}

function templateOf(name: NoticeName, texts: NoticeTexts, { vendorText, ahead }: NoticeValues): string {
  const template = texts[name] ?? (vendorText?.trim() || notices[name].text);
  return ahead === undefined ? withoutPlace(template) : template;
}

function fill(template: string, { ahead, agent = '', options = '', text = '' }: NoticeValues): string {
  const filled = { ahead: String(ahead), place: String((ahead ?? 0) + 1), agent, options, text };
  // One pass: what is filled in may hold braces or `$` of its own.
  return template
    .replaceAll(/\{(ahead|place|agent|options|text)\}/g, (_, field: keyof typeof filled) => filled[field])
    .trim();
}

// The end of the clause before takes the place of a comma that would be left over.
function withoutPlace(template: string): string {
  const clauses = template.match(/[^，。！？；,.!?;\n]*(?:[，。！？；,.!?;\n]+|$)/g) ?? [];
  const kept = clauses.filter((clause) => !/\{(?:ahead|place)\}/.test(clause));
  if (kept.length === clauses.length) return template;
  return kept
    .join('')
    .trim()
    .replace(/[，；]$/, '。')
    .replace(/[,;]$/, '.');
}
