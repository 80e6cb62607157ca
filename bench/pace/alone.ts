import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Crew, CrewOptions } from './instances.ts';

/** The pace alone, each in a process of its own, with a backlog that never ends, and a platform that only counts. */
export async function openPaces({ instances, limit, databaseUrl }: CrewOptions): Promise<Crew> {
  const sends: number[] = [];
  const platform = createServer((request, response) => {
    sends.push(performance.now());
    request.resume();
    response.end('{"errcode":0}');
  });
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  const { port } = platform.address() as AddressInfo; // it listens on TCP
  const processes: ChildProcess[] = [];
  const start = async () => {
    const file = join(import.meta.dirname, 'instance.ts');
    const child = fork(file, [databaseUrl, `http://127.0.0.1:${port}/`, String(limit)]);
    processes.push(child);
    await once(child, 'message');
    return child;
  };
  await Promise.all(Array.from({ length: instances }, start));
  return {
    processes,
    async begin() {
      for (const child of processes) child.send('begin');
    },
    async join() {
      (await start()).send('begin');
    },
    sends: () => [...sends],
    async close() {
      await Promise.all(processes.map(endOf));
      platform.closeAllConnections();
      platform.close();
    },
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
