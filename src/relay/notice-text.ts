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
  const template = texts[name] ?? (values.vendorText?.trim() || notices[name].text);
  const { ahead, agent = '', options = '', text = '' } = values;
  const filled = { ahead: String(ahead), place: String((ahead ?? 0) + 1), agent, options, text };
  // One pass: what is filled in may hold braces or `$` of its own.
  return (ahead === undefined ? withoutPlace(template) : template)
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
