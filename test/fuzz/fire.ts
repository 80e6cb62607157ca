import { connect } from 'node:net';
import { createRandom, type Random } from '../../chaos/random.ts';
import type { Account } from '../../sandbox/vendors/wechat/account.ts';
import { makeCallback } from './callbacks.ts';
import { type FuzzCase, writeRequest } from './fuzz-case.ts';
import { makePush } from './pushes.ts';

export interface FuzzTarget {
  readonly url: string;
  /** The configured accounts by tenant. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly appSecret: string;
}

export interface FuzzReport {
  /** How often each status was answered; 0: none. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What should not be: a status from 500, or no answer. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  /** Makes the same case again. */
  readonly seed: number;
  readonly status: number;
  readonly request: FuzzCase;
}

/** Fires so many cases, each made of a seed of its own, a few at a time. */
export async function fire(
  target: FuzzTarget,
  { cases, seed, atOnce = 8 }: { readonly cases: number; readonly seed: number; readonly atOnce?: number },
): Promise<FuzzReport> {
  const statuses: Record<string, number> = {};
  const findings: Finding[] = [];
  let next = 0;
  const shoot = async () => {
    while (next < cases) {
      const own = seed + next++;
      const random = createRandom(own);
      const request = makeCase(target, random);
      const status = await send(target.url, writeRequest(request, random));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 0 || status >= 500) findings.push({ seed: own, status, request });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, shoot));
  return { statuses, findings };
}

function makeCase({ accounts, appSecret }: FuzzTarget, random: Random): FuzzCase {
  const list = [...accounts];
  const [tenant, account] = list[random.between(0, list.length - 1)] ?? [];
  if (tenant === undefined || account === undefined) throw new Error('expected an account to fire at');
  return random.next() < 0.6
    ? makePush(account, `/wechat/${tenant}`, random)
    : makeCallback(appSecret, `/callback/${tenant}/main`, random);
}

const patienceMs = 10_000;

/** The status of the answer; 0 if the connection ended without one, or in time. */
function send(url: string, request: Buffer): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let seen = '';
    const socket = connect({ host: hostname, port: Number(port) });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (?!100)(\d{3})/m.exec(seen)?.[1] ?? 0));
    };
    const timer = setTimeout(finish, patienceMs);
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
    });
    socket.on('error', finish); // a body that nobody reads to its end: the answer may have come before
    socket.on('close', finish);
    socket.write(request);
  });
}
