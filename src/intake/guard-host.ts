import { isIP } from 'node:net';
import type Koa from 'koa';
import { answer } from './answer.ts';

/** What these tell is for anybody: probes and monitors call them by any name. */
const open = new Set(['/healthz', '/readyz']);

/**
 * Refuses requests whose `Host` is a name that a stranger may have made: a page in the operator's browser can let its own name
 * lead to this machine (DNS rebinding), and read what it is answered. Addresses, names without a dot (`localhost`, a
 * neighbour's in the same network) and `hosts` pass. To be called before any other `use` that answers.
 */
export function guardHost(app: Koa, hosts: readonly string[]): void {
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  app.use(async (context, next) => {
    if (open.has(context.path) || isOwn(context.hostname.toLowerCase(), known)) return next();
    const body = 'refused: to be called by this name, list it in admin.hosts\n';
    answer(context, { status: 421, type: 'text/plain; charset=utf-8', body });
  });
}

function isOwn(name: string, known: ReadonlySet<string>): boolean {
  const address = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return isIP(address) !== 0 || !name.includes('.') || known.has(name);
}
