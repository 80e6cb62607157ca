import type { Delivery } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Desk } from './desk.ts';
import { note } from './memory.ts';
import { msgidOf } from './msgid.ts';
import { onceFailed } from './outcome.ts';
import { recordSaid } from './said.ts';
import { writeTranscript } from './transcript.ts';
import { findUntold, noteTold, transcriptId } from './untold.ts';

/**
 * The one sentence that the code of a move allows: what was said before if agents were not told by another way, else
 * the prompt, unless it was said in this session.
 */
export async function sayByCode(
  desk: Desk,
  { code, isPrompted }: { readonly code: string; readonly isPrompted: boolean },
  context: VisitorContext,
): Promise<Delivery> {
  const { prompt, transcriptVia } = desk.settings.handoff;
  const untold = await findUntold(desk, context);
  const [transcript] = transcriptVia.includes('code') ? writeTranscript(untold) : [];
  const text = transcript ?? (isPrompted ? undefined : prompt);
  if (text === undefined) return { outcome: 'accepted' };
  const msgid = msgidOf(transcript === undefined ? `${context.key}|p` : transcriptId(context, 0));
  const content = { msgtype: 'text', text: { content: text } } as const;
  const answer = await desk.api.sendOnEvent({ code, msgid, content }, context.signal);
  // A code that was refused is used up, or ended: whoever serves serves all the same.
  const failed = answer.kind === 'ok' ? undefined : onceFailed(answer, context.number);
  if (failed !== undefined) return failed.outcome === 'refused' ? { outcome: 'accepted' } : failed;
  const at = desk.now();
  const news =
    transcript === undefined
      ? note({ prompted: true }, { at, keys: [`prompted:${context.key}`] })
      : noteTold(desk, untold, context);
  return { outcome: 'accepted', events: [news, recordSaid(text, { msgid, at })] };
}
