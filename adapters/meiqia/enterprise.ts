import { fieldsOf, textOf } from '../../src/formats/fields.ts';
import { isHtml, readHtml } from '../../src/formats/html.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import type { Answer } from './api.ts';

/** What the enterprise has switched on in its console; what it does not say is on. */
export interface Enterprise {
  readonly takesTickets: boolean;
  readonly takesPhotos: boolean;
  readonly takesVideos: boolean;
  /** The words of a question for a rating. */
  readonly ratingTitle?: string;
  /** What a visitor is told who has to queue, and one who leaves a message. */
  readonly queueText?: string;
  readonly ticketText?: string;
}

const refreshMs = 3_600_000;
const unknown: Enterprise = { takesTickets: true, takesPhotos: true, takesVideos: true };

/** Asks Meiqia once an hour (`sdk/init`); nothing waits for an answer that does not come. */
export async function readEnterprise(
  ask: () => Promise<Answer | undefined>,
  { cached, now }: Pick<Tools, 'cached' | 'now'>,
): Promise<Enterprise> {
  try {
    const text = await cached('enterprise', async () => {
      const answer = await ask();
      if (answer?.kind !== 'ok') throw new NoAnswer();
      return { value: JSON.stringify(enterpriseIn(answer)), goodUntil: now() + refreshMs };
    });
    return JSON.parse(text) as Enterprise; // written above
  } catch (error) {
    if (error instanceof NoAnswer) return unknown;
    throw error;
  }
}

class NoAnswer extends Error {}

function enterpriseIn({ fields }: Extract<Answer, { kind: 'ok' }>): Enterprise {
  const said = (config: string, name: string) => textOf(fieldsOf(fields, config) ?? {}, name) ?? '';
  const isOn = (text: string) => !['close', 'false', '0'].includes(text);
  const ratingTitle = wordsOf(said('service_evaluation_config', 'prompt_text'));
  const queueText = wordsOf(said('queueing_settings', 'intro'));
  const ticketText = wordsOf(said('queueing_settings', 'ticket_intro'));
  return {
    takesTickets: isOn(said('ticket_config', 'sdk_enabled')),
    takesPhotos: isOn(said('visitor_photo_msg_config', 'status')),
    takesVideos: isOn(said('visitor_video_msg_config', 'status')),
    ...(ratingTitle !== '' && { ratingTitle }),
    ...(queueText !== '' && { queueText }),
    ...(ticketText !== '' && { ticketText }),
  };
}

/** Texts of the console may hold HTML. */
function wordsOf(text: string): string {
  if (!isHtml(text)) return text.trim();
  const pieces = readHtml(text, { keepLinks: false });
  return pieces.flatMap((piece) => (piece.kind === 'text' ? piece.text : [])).join('\n');
}
