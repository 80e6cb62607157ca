import { createHash } from 'node:crypto';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import type { SaidLine } from './wire.ts';

/**
 * What was said in the official tool, as events for the history. WeChat gives a line no id, so its key is made of all
 * that is known of it, and of its number among those that are alike.
 */
export function eventsOfRecords(records: readonly SaidLine[]): readonly VendorEvent[] {
  const alike = new Map<string, number>();
  return records.map((record) => {
    const { openid, by, text, at, worker } = record;
    const known = JSON.stringify([openid, by, text, at, worker]);
    const number = alike.get(known) ?? 0;
    alike.set(known, number + 1);
    const hash = createHash('sha256').update(`${known}\n${number}`).digest('base64url').slice(0, 24);
    return {
      kind: 'recorded',
      keys: [`record:${hash}`],
      visitor: openid,
      at: at * 1000,
      from: by === 'visitor' ? { role: 'visitor' } : { role: 'agent', ...(worker !== '' && { id: worker }) },
      parts: [{ kind: 'text', text }],
    };
  });
}
