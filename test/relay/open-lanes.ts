import type { Log } from '../../src/ports/log.ts';
import { type LaneId, laneName } from '../../src/relay/lane-id.ts';
import { createLanes, type LaneOptions } from '../../src/relay/lanes.ts';
import { createTestClock } from '../clock.ts';

export const START = 1_700_000_000_000;

export const reply = (conversation: string, tenant = 'shop'): LaneId => ({
  kind: 'reply',
  tenant,
  conversation,
});
export const one = reply('c_1');
export const other = reply('c_2');

interface Turn {
  readonly lane: string;
  readonly at: number;
  end(): void;
  fail(): void;
}

/** Lanes whose turns last until the test ends them, and whose sweeps find what the test says. */
export function openLanes(change: Partial<LaneOptions> = {}) {
  const clock = createTestClock(START);
  const turns: Turn[] = [];
  const lines: { readonly event: string; readonly fields: object }[] = [];
  const sweeps: number[] = [];
  const write = (event: string, fields = {}) => lines.push({ event, fields });
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const lanes = createLanes({
    clock,
    log,
    runTurn(lane) {
      const { promise, resolve, reject } = Promise.withResolvers<'ended'>();
      const end = () => resolve('ended');
      const fail = () => reject(new TypeError('broken'));
      turns.push({ lane: laneName(lane), at: clock.now() - START, end, fail });
      return promise;
    },
    async sweep() {
      sweeps.push(clock.now() - START);
      return { lanes: [], next: null };
    },
    ...change,
  });
  const running = () => turns.map(({ lane }) => lane);
  return { lanes, clock, turns, running, lines, sweeps };
}
