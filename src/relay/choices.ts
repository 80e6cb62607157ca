import type { Option, Part } from '../model/message.ts';
import { numberOption } from '../model/options.ts';
import type { RatingChoice } from '../ports/helpdesk.ts';
import type { Helpdesk } from './bridge.ts';

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

/** What a conversation keeps: the relay itself wrote it. */
export function pendingIn(text: string | null): Pending | null {
  return text === null ? null : (JSON.parse(text) as Pending);
}

/** The option that a visitor's message picks: exactly a number in range, exactly a label, or a click on it. */
export function pickOption(parts: readonly Part[], pending: Pending | null, now: number): Option | undefined {
  const [part] = parts;
  if (!pending || pending.until <= now || parts.length !== 1) return undefined;
  if (part?.kind === 'choice') return clickedOption(part.option, pending.options);
  if (part?.kind !== 'text') return undefined;
  const text = plain(part.text);
  const byNumber = /^\d{1,2}$/.test(text) ? pending.options[Number(text) - 1] : undefined;
  return byNumber ?? pending.options.find(({ label }) => plain(label) === text);
}

/**
 * The rating that a visitor's message is to the helpdesk which asked for it; `undefined` where it is none, or the helpdesk
 * takes none.
 */
export function pickRating(
  parts: readonly Part[],
  {
    pending,
    helpdesk,
    receivedAt,
  }: {
    readonly pending: Pending | null;
    readonly helpdesk: Pick<Helpdesk, 'id' | 'adapter'>;
    readonly receivedAt: number;
  },
): RatingChoice | undefined {
  if (pending?.of !== 'rating' || pending.session === undefined || !helpdesk.adapter.rate) return undefined;
  if (pending.helpdesk !== helpdesk.id || pending.askedAt > receivedAt) return undefined;
  const option = pickOption(parts, pending, receivedAt);
  return option && { session: pending.session, option };
}

/** Ids are the vendor's and may come again in another list: the words that were clicked have to fit too. */
function clickedOption(clicked: Option, options: readonly Option[]): Option | undefined {
  const words = plain(clicked.label);
  return options.find((option, index) => {
    const shown = [option.label, numberOption(option, index)].map(plain);
    return option.id === clicked.id && shown.includes(words);
  });
}

// Full-width digits and signs are what many keyboards give.
function plain(text: string): string {
  return text.normalize('NFKC').trim();
}
