import type { FaultEffect } from '../../sandbox/vendors/faults.ts';
import type { VendorServer } from '../../sandbox/vendors/server.ts';
import type { Behaviour } from './helpdesk.ts';

/** Lets a pretended server behave as a {@link HelpdeskBench} is told to. */
export function behaveLike(
  server: Pick<VendorServer, 'fail' | 'switchOff' | 'switchOn'>,
): (how: Behaviour) => Promise<void> {
  let undo = (): void => undefined;
  return async (how) => {
    undo();
    undo = () => undefined;
    await server.switchOn();
    const effect = effects[how];
    if (effect !== undefined) undo = server.fail({ ...effect, times: Number.POSITIVE_INFINITY });
    if (how === 'unreachable') await server.switchOff('refused');
    if (how === 'unavailable') await server.switchOff('unavailable');
  };
}

const effects: Partial<Record<Behaviour, FaultEffect>> = {
  losesAnswers: { lose: true },
  babbles: { html: true },
  busy: { status: 429, headers: { 'Retry-After': '2' } },
  slow: { delayMs: 20 },
  hangs: { hang: true },
};
