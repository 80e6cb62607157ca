import type { Context } from 'koa';
import { createRarely } from '../ports/rarely.ts';
import type { Bridge, Tenant } from '../relay/bridge.ts';
import { takeBell } from '../relay/take-bell.ts';
import { takePush } from '../relay/take-push.ts';
import { answer, answerEmpty, hangUp } from './answer.ts';
import { showPathPart } from './path-part.ts';
import { readRequest } from './raw-request.ts';
import { writeWithin } from './within.ts';

/**
 * `GET|POST /wechat/<tenant>`, or `/channel/<tenant>` where the tenant has another channel: verify, decode, write down,
 * answer. Nothing is acknowledged before it is durable; where the store cannot take it in time the push is left without an
 * answer, so that it is repeated.
 */
export function createPushReceiver(
  bridge: Bridge,
  isHere: (tenant: Tenant) => boolean,
): (context: Context, name: string) => Promise<void> | undefined {
  const rarely = createRarely(bridge.clock, unknownEveryMs);
  return (context, name) => {
    const tenant = bridge.tenants.get(name);
    // Pushes of an account that a component holds come to the component's address.
    if (tenant && tenant.component === undefined && isHere(tenant))
      return receivePush(bridge, context, tenant);
    rarely(() => bridge.log.warn('push.refused', { tenant: showPathPart(name), step: 'tenant' }));
    answerEmpty(context, 404);
    return undefined;
  };
}

/** The road of every push, whatever address it came to. */
export async function receivePush(bridge: Bridge, context: Context, tenant: Tenant): Promise<void> {
  const read = await readRequest(context, { maxBytes: tenant.pushMaxBytes });
  if (read.kind === 'refused') {
    logRefused(bridge, tenant, read.status === 413 ? 'too long' : 'cut');
    return answerEmpty(context, read.status);
  }
  const { request } = read;
  const reading = tenant.channel.readPush(request, bridge.clock.now());
  switch (reading.kind) {
    case 'refused':
      logRefused(bridge, tenant, reading.step);
      return answerEmpty(context, reading.status);
    case 'challenge':
      bridge.log.info('push.verified', { tenant: tenant.name });
      return answer(context, { status: 200, type: 'text/plain', body: reading.echo });
    case 'nothing':
      return answer(context, success);
    case 'bell':
      return answerTaken(bridge, context, tenant, {
        take: () => takeBell(bridge, tenant, reading),
        answerTo: () => undefined,
      });
    default:
      return answerTaken(bridge, context, tenant, {
        take: () => takePush(bridge, tenant, { reading, request }),
        answerTo: (taken) =>
          reading.kind === 'unreadable'
            ? undefined
            : tenant.channel.answerPush(taken, reading.context, bridge.clock.now()),
      });
  }
}

const success = { status: 200, type: 'text/plain', body: 'success' } as const;

interface Taking<Taken> {
  readonly take: () => Promise<Taken>;
  /** As the push's kind and its own mode want it; `undefined`: the usual one. */
  readonly answerTo: (taken: Taken) => ReturnType<Tenant['channel']['answerPush']> | undefined;
}

/** Nothing is acknowledged before it is durable. */
async function answerTaken<Taken>(
  bridge: Bridge,
  context: Context,
  tenant: Tenant,
  { take, answerTo }: Taking<Taken>,
): Promise<void> {
  const taken = await writeWithin(bridge.clock, tenant.answerBudgetMs, take);
  if (!taken) {
    bridge.log.error('push.unanswered', { tenant: tenant.name });
    return hangUp(context);
  }
  return answer(context, { ...success, ...answerTo(taken.value) });
}

function logRefused(bridge: Bridge, tenant: Tenant, step: string): void {
  bridge.log.warn('push.refused', { tenant: tenant.name, step });
}

/** A wrong path in the platform's console must be found. */
export const unknownEveryMs = 60_000;
