import { onTestFinished } from 'vitest';
import type { Components } from '../../src/intake/component.ts';
import { listen } from '../../src/intake/listener.ts';
import { createPublicApp } from '../../src/intake/public.ts';
import { openWorld, type WorldOptions } from '../relay/turns/world.ts';

/** The public listener in this process, before a relay whose outside is made up. */
export async function openIntake(options: WorldOptions = {}, components: Components = new Map()) {
  const world = await openWorld(options);
  const app = createPublicApp({ bridge: world.bridge, findMedium: async () => undefined, components });
  const listener = await listen(app, { host: '127.0.0.1', port: 0, clock: world.clock });
  onTestFinished(async () => {
    await listener.close(0);
    await world.close();
  });
  return {
    world,
    url: listener.url,
    /** What a request is answered. */
    async ask(method: string, path: string) {
      const init = { method, headers: { connection: 'close' }, redirect: 'manual' } as const;
      const response = await fetch(`${listener.url}${path}`, init);
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        body: await response.text(),
      };
    },
    linesOf: (event: string) => world.told.lines.filter((line) => line.startsWith(`${event} `)),
  };
}
