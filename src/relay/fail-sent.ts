import type { VisitorAct } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { failSends, sentWith } from '../store/messages.ts';
import type { Bridge } from './bridge.ts';
import type { RoutePlace } from './route-steps.ts';
import { tellUndelivered, wakeHelpdesks } from './tell-helpdesk.ts';

/** A send had been taken, and the channel tells that it did not arrive: the agent who wrote it is told, as of any other. */
export async function failSent(
  { bridge, tenant, conversation, now }: RoutePlace & { readonly bridge: Bridge },
  { key, code }: NonNullable<VisitorAct['undelivered']>,
): Promise<{ readonly steps: readonly Step[]; wake(): void }> {
  const [rows] = await bridge.store.batch([sentWith({ conversation, id: key })]);
  const settlement = { ...dead, code };
  return {
    steps: [
      failSends({ conversation, id: key, code }),
      ...tellUndelivered(tenant, rows, { settlement, now }),
    ],
    wake: () => wakeHelpdesks(bridge, tenant, rows),
  };
}

const dead = { state: 'dead', final: true, due: null, tries: 0, reason: null, lost: null } as const;
