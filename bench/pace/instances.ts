import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { makeDatabase, startDurableServer } from '../engines/databases.ts';
import { judge, mostWithin, printTable } from '../numbers.ts';
import { openPaces } from './alone.ts';
import { openWholeBridges } from './whole.ts';
import { shareUsed } from './windows.ts';

/** Of the limit so much is used by however many instances have a backlog, and no window this long holds more than it. */
const goals = { share: 0.95, windowMs: 980 } as const;

export interface InstancesOptions {
  readonly limit: number;
  readonly seconds: number;
  /** With so many each. */
  readonly instances: readonly number[];
  /** The pace alone in place of whole bridges. */
  readonly alone: boolean;
}

export interface CrewOptions {
  readonly instances: number;
  readonly limit: number;
  readonly seconds: number;
  /** A database that nothing is in. */
  readonly databaseUrl: string;
}

/** So many instances that send as one, and what they send to. */
export interface Crew {
  readonly processes: readonly ChildProcess[];
  /** Gives them their backlog, until the first call of it. */
  begin(): Promise<void>;
  /** One more, which has a backlog at once. */
  join?(): Promise<void>;
  /** When each call arrived, milliseconds with fractions, first first. */
  sends(): readonly number[];
  close(): Promise<void>;
}

/** What happens in the course of a run; its share is no goal where somebody dies or hangs with slots in hand. */
interface Run {
  readonly name: string;
  readonly instances: number;
  readonly isWhole: boolean;
  readonly during?: (crew: Crew) => Promise<void>;
}

/**
 * Several instances over one PostgreSQL, with a backlog: how much of a limit of so many calls a second they use together, and
 * how many arrive in the fullest window.
 */
export async function benchInstances(options: InstancesOptions): Promise<number> {
  const { limit, seconds, alone } = options;
  const open = alone ? openPaces : openWholeBridges;
  const server = await startDurableServer();
  try {
    const reports: (Run & { readonly sends: readonly number[] })[] = [];
    for (const run of runsOf(options)) {
      const databaseUrl = await makeDatabase(server);
      const crew = await open({ instances: run.instances, limit, seconds, databaseUrl });
      reports.push({ ...run, sends: await measure(run, crew, seconds) });
    }
    const what = alone ? 'the pace alone' : 'whole bridges';
    printTable(`Backlogs at ${limit} sends a second for ${seconds} s, ${what} over one PostgreSQL`, [
      ['instances', 'sends', 'share used', `most in ${goals.windowMs} ms`, 'most in 1000 ms'],
      ...reports.map(({ name, sends }) => [
        name,
        sends.length,
        shareUsed(sends, options).toFixed(4),
        mostWithin(sends, goals.windowMs),
        mostWithin(sends, 1000),
      ]),
    ]);
    const judged = reports.flatMap(({ name, sends, isWhole }) => {
      const share = shareUsed(sends, options);
      const fullest = mostWithin(sends, goals.windowMs);
      return [
        judge(`${name}: never more than ${limit} in ${goals.windowMs} ms`, fullest <= limit, String(fullest)),
        ...(isWhole
          ? [judge(`${name}: at least ${goals.share} of it`, share >= goals.share, share.toFixed(4))]
          : []),
      ];
    });
    return judged.every(Boolean) ? 0 : 1;
  } finally {
    await server.stop();
  }
}

function runsOf({ instances, seconds, alone }: InstancesOptions): readonly Run[] {
  const third = (seconds * 1000) / 3;
  const joined: Run = {
    name: '1, one joins',
    instances: 1,
    isWhole: true,
    async during(crew) {
      await pause(third);
      await crew.join?.();
    },
  };
  return [
    ...instances.map((number) => ({ name: String(number), instances: number, isWhole: true })),
    ...(alone ? [joined] : []),
    {
      name: '2, one is killed',
      instances: 2,
      isWhole: false,
      async during({ processes: [first] }) {
        await pause(third);
        first?.kill('SIGKILL');
      },
    },
    {
      name: '2, one hangs for a third',
      instances: 2,
      isWhole: false,
      async during({ processes: [first] }) {
        await pause(third);
        first?.kill('SIGSTOP');
        await pause(third);
        first?.kill('SIGCONT');
      },
    },
  ];
}

async function measure({ during }: Run, crew: Crew, seconds: number): Promise<readonly number[]> {
  try {
    await crew.begin();
    await Promise.all([during?.(crew), pause((seconds + 1) * 1000)]);
    return crew.sends();
  } finally {
    await crew.close();
  }
}
