import type { Random } from '../../chaos/random.ts';
import type { VendorServer } from '../../sandbox/vendors/server.ts';

/** A time in which a pretended server is away. */
export interface Outage {
  /** From some seconds to ten minutes; nothing where one is going on. */
  begin(random: Random): Promise<void>;
  /** Ends it if its time is over. */
  endInTime(): Promise<void>;
  end(): Promise<void>;
}

export function openOutage(server: Pick<VendorServer, 'switchOff' | 'switchOn'>, now: () => number): Outage {
  let until: number | undefined;
  const end = async () => {
    if (until === undefined) return;
    until = undefined;
    await server.switchOn();
  };
  return {
    async begin(random) {
      if (until !== undefined) return;
      until = now() + random.pick([5000, 60_000, 600_000]);
      await server.switchOff(random.pick(['refused', 'unavailable']));
    },
    async endInTime() {
      if (until !== undefined && now() >= until) await end();
    },
    end,
  };
}
