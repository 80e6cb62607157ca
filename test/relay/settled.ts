import type { SendOutcome } from '../../src/ports/channel.ts';
import type { Outcome } from '../../src/ports/helpdesk.ts';
import { type OnUnknown, type RowBefore, settle } from '../../src/relay/settle.ts';

export const NOW = 1_700_000_000_000;
export const AGE = 172_800_000;
export const SECOND = 1000;

export const lanes = ['react', 'forward', 'reply'] as const;
export const ready = { react: 'received', forward: 'received', reply: 'queued' } as const;
export const done = { react: 'done', forward: 'forwarded', reply: 'sent' } as const;

export function rowOf(change: Partial<RowBefore> = {}): RowBefore {
  return {
    lane: 'forward',
    action: 'forward',
    attempts: 1,
    tries: 0,
    reason: null,
    receivedAt: NOW,
    startedAt: NOW,
    lost: null,
    ...change,
  };
}

/** `random` 0.5 stands for no jitter. */
export function settled(
  outcome: Outcome | SendOutcome,
  row: Partial<RowBefore> = {},
  context: { readonly now?: number; readonly onUnknown?: OnUnknown } = {},
) {
  const { now = NOW, onUnknown = 'retry' } = context;
  return settle(outcome, rowOf(row), { policy: { onUnknown, retryMaxAgeMs: AGE }, now, random: 0.5 });
}

export const vendor = { outcome: 'later', code: 'c', because: 'vendor' } as const;
export const message = { outcome: 'later', code: 'c', because: 'message' } as const;
export const unknown = { outcome: 'unknown', code: 'c' } as const;
export const final = { final: true, due: null };
export const again = { final: false };
