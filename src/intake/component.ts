import type { Context } from 'koa';
import type { Component } from '../agency/component.ts';
import { createRarely } from '../ports/rarely.ts';
import type { Bridge, Tenant } from '../relay/bridge.ts';
import { answer, answerEmpty, hangUp } from './answer.ts';
import { showPathPart } from './path-part.ts';
import { type BodyReading, readRequest } from './raw-request.ts';
import { receivePush, unknownEveryMs } from './wechat-push.ts';
import { writeWithin } from './within.ts';

/** Components by name. */
export type Components = ReadonlyMap<string, Component>;

const maxBytes = 1_048_576;

/**
 * `POST /component/<name>/events`: what WeChat tells the component itself. Proved, written down, and only then answered,
 * with exactly `success`; where the store cannot take it there is no answer, so that WeChat repeats it.
 */
export async function receiveComponentEvent(
  bridge: Bridge,
  component: Component,
  context: Context,
): Promise<void> {
  const { log, clock } = bridge;
  const line = { component: component.name };
  const read = await readRequest(context, { maxBytes });
  if (read.kind === 'refused') {
    log.warn('component.refused', { ...line, step: stepOf(read) });
    return answerEmpty(context, read.status);
  }
  const reading = component.readEvent(read.request, clock.now());
  if (reading.kind === 'refused') {
    log.warn('component.refused', { ...line, step: reading.step });
    return answerEmpty(context, reading.status);
  }
  const taken = await writeWithin(clock, component.settings.answerBudgetMs, () =>
    component.takeEvent(reading, read.request),
  );
  if (!taken) {
    log.error('component.unanswered', line);
    return hangUp(context);
  }
  answer(context, { status: 200, type: 'text/plain', body: 'success' });
}

/**
 * `POST /component/<name>/<appid>`: pushes of the accounts that the component holds. They go the road of every push; an
 * account that no tenant has is WeChat's own test account, or a 404.
 */
export function createComponentPushReceiver(
  bridge: Bridge,
): (component: Component, context: Context, appid: string) => Promise<void> {
  const tenants = new Map<string, Tenant>(
    [...bridge.tenants.values()].flatMap((tenant) =>
      tenant.component === undefined ? [] : [[accountKey(tenant.component, tenant.channel.appid), tenant]],
    ),
  );
  const rarely = createRarely(bridge.clock, unknownEveryMs);
  return async (component, context, appid) => {
    const tenant = tenants.get(accountKey(component.name, appid));
    if (tenant) return receivePush(bridge, context, tenant);
    const isAnswered = await answerCheck(bridge, component, context);
    if (isAnswered) return;
    const line = { component: component.name, authorizer: showPathPart(appid), step: 'tenant' };
    rarely(() => bridge.log.warn('push.refused', line));
    answerEmpty(context, 404);
  };
}

async function answerCheck(bridge: Bridge, component: Component, context: Context): Promise<boolean> {
  const read = await readRequest(context, { maxBytes });
  const check =
    read.kind === 'request' ? component.publishingCheck(read.request, bridge.clock.now()) : undefined;
  if (!check) return false;
  answer(context, { status: 200, type: check.type, body: check.body });
  const { after } = check;
  if (after) context.res.once('finish', () => void runAfter(bridge, after));
  return true;
}

async function runAfter({ log }: Bridge, after: () => Promise<void>): Promise<void> {
  try {
    await after();
  } catch (error) {
    log.error('component.publishingCheckFailed', { error });
  }
}

function accountKey(component: string, appid: string): string {
  return `${component}/${appid}`;
}

function stepOf({ status }: Extract<BodyReading, { kind: 'refused' }>): string {
  return status === 413 ? 'too long' : 'cut';
}
