import type { CallbackReading } from '../../src/ports/helpdesk.ts';

/** Not proved: answered without a word, and nothing is kept. */
export function refused(reason: string, status: 400 | 401 = 401): CallbackReading {
  return { kind: 'refused', reason, answer: { status, body: '' } };
}
