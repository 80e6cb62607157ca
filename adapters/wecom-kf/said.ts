import type { Part } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';

/** What the API says into the chat comes back on no page (WeCom, `kf/sync_msg`): it is written down when it is said. */
export function recordSaid(
  said: string | Part,
  { msgid, at }: { readonly msgid: string; readonly at: number },
): VendorEvent {
  const part: Part = typeof said === 'string' ? { kind: 'text', text: said } : said;
  return { kind: 'recorded', from: { role: 'system' }, parts: [part], keys: [`api:${msgid}`], at };
}
