import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { readSent, textMessage } from './app-forward.ts';
import type { Desk } from './desk.ts';
import { writeTranscript } from './transcript.ts';
import { findUntold, noteTold } from './untold.ts';

/**
 * The servicer alone is told what was said before, by a message of the application, where the settings say so. Events:
 * what came of it. That he cannot be reached keeps no chat back.
 */
export async function briefServicer(
  desk: Desk,
  servicer: string | undefined,
  context: VisitorContext,
): Promise<FailedDelivery | { readonly outcome: 'told'; readonly events: readonly VendorEvent[] }> {
  const nothing = { outcome: 'told', events: [] } as const;
  if (servicer === undefined || !desk.settings.handoff.transcriptVia.includes('app')) return nothing;
  const untold = await findUntold(desk, context);
  const [text] = writeTranscript(untold);
  if (text === undefined) return nothing;
  const answer = await desk.api.sendToMember(servicer, textMessage(text), context.signal);
  const failed = readSent(answer, servicer, context);
  if (failed === undefined) return { outcome: 'told', events: [noteTold(desk, untold, context)] };
  return failed.outcome === 'refused' || isUnreachable(failed) ? nothing : failed;
}

/** WeCom took the message, and named him among those who do not get it. */
export function isUnreachable({ code }: FailedDelivery): boolean {
  return code === 'invaliduser';
}
