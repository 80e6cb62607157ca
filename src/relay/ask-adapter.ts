import type { Log } from '../ports/log.ts';

/**
 * Asks an adapter a pure question. One that throws has a fault of its own: nothing else is to be lost with it, so
 * `otherwise` stands, and the log says where.
 */
export function askAdapter<Answer>(
  of: {
    readonly log: Log;
    readonly tenant: string;
    readonly helpdesk: string;
    /** The member that is asked. */
    readonly hook: string;
  },
  ask: () => Answer,
  otherwise: Answer,
): Answer {
  try {
    return ask();
  } catch (error) {
    const { log, ...line } = of;
    log.error('adapter.threw', { ...line, error });
    return otherwise;
  }
}
