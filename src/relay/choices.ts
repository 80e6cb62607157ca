import type { Option, Part } from '../model/message.ts';

/** The one list a visitor may pick from by a digit or a word; kept with the conversation. */
export interface Pending {
  readonly of: 'menu' | 'rating';
  readonly helpdesk: string;
  readonly session?: string;
  readonly options: readonly Option[];
  /** Milliseconds since 1970: what was written before the question does not answer it. */
  readonly askedAt: number;
  readonly until: number;
}

/** `1. 满意` line by line. */
export function numberOptions(options: readonly Option[]): string {
  return options.map((option, index) => `${index + 1}. ${option.label}`).join('\n');
}

/** The option that a visitor's message picks: exactly a number in range, or exactly a label. */
export function pickOption(parts: readonly Part[], pending: Pending | null, now: number): Option | undefined {
  const [part] = parts;
  if (!pending || pending.until <= now || parts.length !== 1 || part?.kind !== 'text') return undefined;
  const text = plain(part.text);
  const byNumber = /^\d{1,2}$/.test(text) ? pending.options[Number(text) - 1] : undefined;
  return byNumber ?? pending.options.find(({ label }) => plain(label) === text);
}

// Full-width digits and signs are what many keyboards give.
function plain(text: string): string {
  return text.normalize('NFKC').trim();
}
