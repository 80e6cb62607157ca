import Router from '@koa/router';
import Koa from 'koa';
import type { Log } from '../ports/log.ts';
import { type AgencyOptions, addAgencyRoutes } from './agency-routes.ts';
import { catchFailures } from './catch-failures.ts';

/** What `/readyz` tells: `ready` only while work is taken. */
export interface Readiness {
  readonly ready: boolean;
  readonly store: 'ok' | 'unavailable';
}

export interface AdminOptions {
  readonly log: Log;
  readonly agency?: AgencyOptions;
  /** What is left of the quotas of a tenant's channel, asked for now; `undefined` where there is no such tenant. */
  readonly quota?: (tenant: string) => Promise<object | undefined>;
}

/**
 * The admin listener: whether the process lives, whether it takes work, what the channel's platform still allows, and what
 * there is to know and to do about the components. Never on the public one.
 */
export function createAdminApp(
  readiness: () => Promise<Readiness>,
  { log, agency, quota }: AdminOptions,
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
  if (agency) addAgencyRoutes(router, agency);
  const app = new Koa();
  catchFailures(app, log);
  app.use(router.routes());
  return app;
}
