import { randomUUID } from 'node:crypto';
import type { Finding } from '../../src/ports/channel.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import type { WebhookApi } from './api.ts';
import { outcomeOf } from './outcome.ts';

/** Sends `bridge.ping`, which a helpdesk has to answer like everything else, and shows nobody. */
export async function checkHelpdesk(
  { api, now }: { readonly api: WebhookApi } & Pick<Tools, 'now'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const ping = { id: `ping_${randomUUID()}`, type: 'bridge.ping', at: now(), data: {} } as const;
  const answer = await api.post(ping, signal);
  if (answer.kind === 'ok')
    return [{ level: 'ok', text: 'the helpdesk takes calls at url, and their signature' }];
  const { code, alarm } = outcomeOf(answer);
  if (alarm !== undefined) return [{ level: 'fatal', text: alarm }];
  if (answer.kind === 'notSent') {
    return [{ level: 'fatal', text: `the helpdesk cannot be reached (${code}): check url and the network` }];
  }
  const text = `the helpdesk answered a ping so that it tells nothing (${code}): it should be 2xx, and no page`;
  return [{ level: 'warn', text }];
}
