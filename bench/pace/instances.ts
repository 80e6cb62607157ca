import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer } from '../../test/postgres/server.ts';
import { judge, mostWithin, printTable } from '../numbers.ts';
import { shareUsed } from './windows.ts';

/** Of the limit so much is used by however many instances have a backlog, and no window this long holds more than it. */
const goals = { share: 0.95, windowMs: 980 } as const;

export interface InstancesOptions {
  readonly limit: number;
  readonly seconds: number;
  /** With so many each. */
  readonly instances: readonly number[];
}

/** What happens in the course of a run; its share is no goal where somebody dies or hangs with slots in hand. */
interface Run {
  readonly name: string;
  readonly instances: number;
  readonly isWhole: boolean;
  readonly during?: (scene: Scene) => Promise<void>;
}

interface Scene {
  readonly children: readonly ChildProcess[];
  /** One more, which has a backlog at once. */
  join(): Promise<void>;
}

/**
 * The pace alone, in processes of their own over one PostgreSQL, each with a backlog: how much of a limit of so many calls a
 * second they use together, and how many arrive in the fullest window.
 */
export async function benchInstances(options: InstancesOptions): Promise<number> {
  const { limit, seconds } = options;
  const database = await startServer();
  try {
    const reports: (Run & { readonly sends: readonly number[] })[] = [];
    for (const run of runsOf(options)) {
      reports.push({ ...run, sends: await measure(run, { ...options, databaseUrl: database.url }) });
    }
    printTable(`Backlogs at ${limit} sends a second for ${seconds} s, the pace alone over one PostgreSQL`, [
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
    await database.stop();
  }
}

function runsOf({ instances, seconds }: InstancesOptions): readonly Run[] {
  const third = (seconds * 1000) / 3;
  return [
    ...instances.map((number) => ({ name: String(number), instances: number, isWhole: true })),
    {
      name: '1, one joins',
      instances: 1,
      isWhole: true,
      async during({ join: joinIn }) {
        await pause(third);
        await joinIn();
      },
    },
    {
      name: '2, one is killed',
      instances: 2,
      isWhole: false,
      async during({ children: [first] }) {
        await pause(third);
        first?.kill('SIGKILL');
      },
    },
    {
      name: '2, one hangs for a third',
      instances: 2,
      isWhole: false,
      async during({ children: [first] }) {
        await pause(third);
        first?.kill('SIGSTOP');
        await pause(third);
        first?.kill('SIGCONT');
      },
    },
  ];
}

/** When each call arrived, milliseconds with fractions, first first. */
async function measure(
  { instances, during }: Run,
  { limit, seconds, databaseUrl }: InstancesOptions & { readonly databaseUrl: string },
): Promise<readonly number[]> {
  const sends: number[] = [];
  const platform = createServer((request, response) => {
    sends.push(performance.now());
    request.resume();
    response.end('{"errcode":0}');
  });
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  const { port } = platform.address() as AddressInfo; // it listens on TCP
  const children: ChildProcess[] = [];
  const start = async () => {
    const file = join(import.meta.dirname, 'instance.ts');
    const child = fork(file, [databaseUrl, `http://127.0.0.1:${port}/`, String(limit)]);
    children.push(child);
    await once(child, 'message');
    return child;
  };
  try {
    await Promise.all(Array.from({ length: instances }, start));
    for (const child of children) child.send('begin');
    const joinIn = async () => {
      (await start()).send('begin');
    };
    await Promise.all([during?.({ children, join: joinIn }), pause((seconds + 1) * 1000)]);
    return [...sends];
  } finally {
    await Promise.all(children.map(endOf));
    platform.closeAllConnections();
    platform.close();
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
