import Router from '@koa/router';
import Koa from 'koa';
import type { Log } from '../ports/log.ts';
import { type AgencyOptions, addAgencyRoutes } from './agency-routes.ts';
import { finishAnswers } from './finish-answers.ts';
import { guardHost } from './guard-host.ts';

/** What `/readyz` tells: `ready` only while work is taken. */
export interface Readiness {
  readonly ready: boolean;
  readonly store: 'ok' | 'unavailable';
}

export interface AdminOptions {
  readonly log: Log;
  /** Names by which it may be called, beside addresses and names without a dot. Default: none. */
  readonly hosts?: readonly string[];
  readonly agency?: AgencyOptions;
  /** What is left of the quotas of a tenant's channel, asked for now; `undefined` where there is no such tenant. */
  readonly quota?: (tenant: string) => Promise<object | undefined>;
  /** Asks a helpdesk for an agent in a visitor's stead. */
  readonly askForAgent?: (
    asked: Readonly<Record<'tenant' | 'helpdesk' | 'visitor', string>>,
  ) => Promise<'asked' | 'unknown' | 'cannot'>;
}

/**
 * The admin listener: whether the process lives, whether it takes work, what the channel's platform still allows, what
 * there is to know and to do about the components, and an agent for a visitor. Never on the public one.
 */
export function createAdminApp(
  readiness: () => Promise<Readiness>,
  { log, hosts = [], agency, quota, askForAgent }: AdminOptions,
): Koa {
  const router = new Router();
  router.get('/healthz', (context) => {
    context.body = { status: 'ok' };
  });
  router.get('/readyz', async (context) => {
    const state = await readiness();
    context.status = state.ready ? 200 : 503;
    context.body = state;
  });
  router.get('/quota/:tenant', async (context) => {
    const answer = await quota?.(context.params.tenant ?? '');
    if (answer !== undefined) context.body = answer;
  });
  router.post('/agent/:tenant/:helpdesk/:visitor', async (context) => {
    // Pages of others, in the operator's browser, say where they come from.
    if (context.get('origin') !== '') return;
    const { tenant = '', helpdesk = '', visitor = '' } = context.params;
    const came = await askForAgent?.({ tenant, helpdesk, visitor });
    if (came === 'asked') context.status = 202;
    else if (came === 'cannot') context.status = 409;
  });
  if (agency) addAgencyRoutes(router, agency);
  const app = new Koa();
  finishAnswers(app, log);
  guardHost(app, hosts);
  app.use(router.routes());
  return app;
}
