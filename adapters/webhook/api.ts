import { readRetryAfterMs } from '../../src/formats/retry-after.ts';
import type { Tools } from '../../src/ports/helpdesk.ts';
import { type HttpResult, unanswered } from '../../src/ports/http.ts';
import type { Failure } from './outcome.ts';
import type { WebhookSettings } from './settings.ts';
import { signCall } from './signature.ts';
import { type OwnEvent, readAnswer, writeOwnEvent } from './wire.ts';

/** The one call that there is: an event of ours to the helpdesk's `url`. */
export interface WebhookApi {
  post(event: OwnEvent, signal: AbortSignal): Promise<Answer>;
}

/** `events` as the helpdesk wrote them. */
export type Answer =
  | { readonly kind: 'ok'; readonly id?: string; readonly events: readonly unknown[] }
  | Failure;

/** `event.id` is the `webhook-id` of every repeat; signature and time are made when the call leaves. */
export function createApi(
  settings: WebhookSettings,
  { fetch, now }: Pick<Tools, 'fetch' | 'now'>,
): WebhookApi {
  const { url, timeoutMs } = settings;
  const secrets = [settings.secret, ...settings.previousSecrets];
  return {
    async post(event, signal) {
      const body = writeOwnEvent(event);
      const result = await fetch({
        method: 'POST',
        url,
        name: event.type,
        timeoutMs,
        signal,
        seal: () => ({
          url,
          headers: {
            'content-type': 'application/json',
            ...signCall(secrets, { id: event.id, now: now(), body }),
          },
          body,
        }),
      });
      return readResult(result, now());
    },
  };
}

/** Any 2xx is a yes, but for a page: that comes from somebody who stands in between (a login, a proxy). */
function readResult(result: HttpResult, now: number): Answer {
  if (result.kind !== 'answer') return unanswered(result, now);
  const { status, headers, body } = result;
  // The helpdesk has had this id before.
  if (status === 409) return { kind: 'ok', events: [] };
  if (status < 200 || status > 299) {
    const retryAfterMs = readRetryAfterMs(headers['retry-after'], now);
    return { kind: 'status', status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  const said = readAnswer(body.toString('utf8'));
  if (said === undefined) return { kind: 'lost', code: 'page' };
  const { id, events } = said;
  return { kind: 'ok', events, ...(id !== undefined && { id }) };
}
