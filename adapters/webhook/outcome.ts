import { type FailedDelivery, notSent } from '../../src/ports/failed-delivery.ts';
import type { Unanswered } from '../../src/ports/http.ts';

/**
 * What a call came to that did not succeed. `status`: the helpdesk answered so. `notSent`: nothing reached it. `lost`:
 * it may have been done.
 */
export type Failure =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number }
  | Unanswered;

/** What a failed call means for what it was to do. */
export function outcomeOf(failure: Failure): FailedDelivery {
  switch (failure.kind) {
    case 'status':
      return outcomeOfStatus(failure);
    case 'notSent':
      return notSent(failure);
    case 'lost':
      return { outcome: 'unknown', code: failure.code };
    default:
      return failure satisfies never;
  }
}

const misconfiguredPauseMs = 60_000;

/** No message is to blame for these. */
const misconfigurations: Readonly<Record<number, string>> = {
  401: 'the helpdesk does not take the signature (401): compare secret, and the clocks of both hosts',
  403: 'the helpdesk does not let the bridge in (403): compare secret, and its allow-list of addresses',
  404: 'the helpdesk has nothing at url (404)',
  405: 'the helpdesk takes no POST at url (405)',
  410: 'the helpdesk wants no more calls at url (410)',
};

function outcomeOfStatus({ status, retryAfterMs }: Extract<Failure, { kind: 'status' }>): FailedDelivery {
  const code = `http ${status}`;
  const wait = retryAfterMs === undefined ? {} : { afterMs: retryAfterMs };
  if (status >= 500 || [408, 425, 429].includes(status))
    return { outcome: 'later', code, because: 'vendor', ...wait };
  if (status === 413 || status === 422) return { outcome: 'refused', code };
  const alarm =
    misconfigurations[status] ??
    (status < 400 ? `the helpdesk answers from elsewhere (${status}): is url right?` : undefined);
  if (alarm === undefined) return { outcome: 'later', code, because: 'message' };
  return { outcome: 'later', code, because: 'vendor', afterMs: misconfiguredPauseMs, alarm };
}
