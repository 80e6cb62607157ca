import Router from '@koa/router';
import Koa from 'koa';
import type { ServedMedium } from '../media/keeper.ts';
import type { Bridge, Tenant } from '../relay/bridge.ts';
import { answer, answerEmpty } from './answer.ts';
import { type Components, createComponentPushReceiver, receiveComponentEvent } from './component.ts';
import { finishAnswers } from './finish-answers.ts';
import { serveMedium } from './serve-medium.ts';
import { receiveCallback } from './vendor-callback.ts';
import { createPushReceiver } from './wechat-push.ts';

export interface PublicOptions {
  readonly bridge: Bridge;
  /** The medium that a signed path names, if it is proved and kept. */
  readonly findMedium: (path: string) => Promise<ServedMedium | undefined>;
  /** Default: none. */
  readonly components?: Components;
}

/** The public listener: pushes, callbacks, media, hand-offs. Everything else is a 404 with an empty body. */
export function createPublicApp({ bridge, findMedium, components = new Map() }: PublicOptions): Koa {
  // Paths are what the documentation says, to the letter.
  const router = new Router({ sensitive: true, strict: true });
  addPushRoutes(router, bridge);
  addComponentRoutes(router, bridge, components);
  router.all(['/callback/:tenant/:helpdesk', '/callback/:tenant/:helpdesk/:part'], (context) => {
    const { tenant = '', helpdesk = '', part } = context.params;
    return receiveCallback(bridge, context, { tenant, helpdesk, part });
  });
  router.get('/media/:signed/:name', async (context) => serveMedium(context, await findMedium(context.path)));
  router.get('/handoff/:ref', async (context) => {
    const found = await findHandoff(bridge, context.params.ref ?? '');
    if (found === undefined) return answerEmpty(context, 404);
    if (found.page === undefined) return context.redirect(found.url);
    answer(context, { status: 200, type: 'application/json', body: JSON.stringify(found.page) });
  });
  const app = new Koa({ proxy: false });
  finishAnswers(app, bridge.log);
  app.use(router.routes());
  // No route was meant.
  app.use((context) => answerEmpty(context, 404));
  return app;
}

/** Pushes of WeChat accounts have an address of their own; the other channels share one. */
function addPushRoutes(router: Router, bridge: Bridge): void {
  const isWeChat = ({ channelName }: Tenant) => channelName === 'wechat';
  const receivers = {
    '/wechat/:tenant': createPushReceiver(bridge, isWeChat),
    '/channel/:tenant': createPushReceiver(bridge, (tenant) => !isWeChat(tenant)),
  };
  for (const [path, receive] of Object.entries(receivers)) {
    router.register(path, ['GET', 'POST'], (context) => {
      // The router takes a HEAD for a GET, and the platform sends none.
      if (context.method === 'HEAD') return answerEmpty(context, 404);
      return receive(context, context.params.tenant ?? '');
    });
  }
}

function addComponentRoutes(router: Router, bridge: Bridge, components: Components): void {
  const receiveComponentPush = createComponentPushReceiver(bridge);
  router.post('/component/:name/:account', (context) => {
    const { name = '', account = '' } = context.params;
    const component = components.get(name);
    if (!component) return answerEmpty(context, 404);
    if (account === 'events') return receiveComponentEvent(bridge, component, context);
    return receiveComponentPush(component, context, account);
  });
}

async function findHandoff(bridge: Bridge, ref: string) {
  for (const { helpdesks } of bridge.tenants.values()) {
    for (const { adapter } of helpdesks.values()) {
      const found = await adapter.handoff?.(ref);
      if (found) return found;
    }
  }
  return undefined;
}
