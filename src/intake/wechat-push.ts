import type { Context } from 'koa';
import type { Bridge, Tenant } from '../relay/bridge.ts';
import { takePush } from '../relay/take-push.ts';
import { answer, answerEmpty, hangUp } from './answer.ts';
import { createRarely, showPathPart } from './rarely.ts';
import { readRequest } from './raw-request.ts';
import { writeWithin } from './within.ts';

/**
 * `GET|POST /wechat/<tenant>`: verify, decode, write down, answer. Nothing is acknowledged before it is durable; where
 * the store cannot take it in time the push is left without an answer, so that WeChat repeats it.
 */
export function createPushReceiver(bridge: Bridge): (context: Context, name: string) => Promise<void> {
  const rarely = createRarely(bridge.clock, unknownEveryMs);
  return async (context, name) => {
    const tenant = bridge.tenants.get(name);
    // Pushes of an account that a component holds come to the component's address.
    if (tenant && tenant.component === undefined) return receivePush(bridge, context, tenant);
    rarely(() => bridge.log.warn('push.refused', { tenant: showPathPart(name), step: 'tenant' }));
    answerEmpty(context, 404);
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
    default: {
      const taken = await writeWithin(bridge.clock, tenant.answerBudgetMs, () =>
        takePush(bridge, tenant, { reading, request }),
      );
      if (!taken) {
        bridge.log.error('push.unanswered', { tenant: tenant.name });
        return hangUp(context);
      }
      if (reading.kind === 'unreadable') {
        return answer(context, { status: 200, type: 'text/plain', body: 'success' });
      }
      const { type, body } = tenant.channel.answerPush(taken.value, reading.context, bridge.clock.now());
      return answer(context, { status: 200, type, body });
    }
  }
}

function logRefused(bridge: Bridge, tenant: Tenant, step: string): void {
  bridge.log.warn('push.refused', { tenant: tenant.name, step });
}

/** A wrong path in the platform's console must be found. */
export const unknownEveryMs = 60_000;
