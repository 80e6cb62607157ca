import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyv } from 'keyv';
import { onTestFinished } from 'vitest';
import type { Field } from '../../sandbox/vendors/wechat/body.ts';
import { type EventForgery, prepareEvent } from '../../sandbox/vendors/wechat/component-push.ts';
import { startPlatform } from '../../sandbox/vendors/wechat-platform.ts';
import { createComponent } from '../../src/agency/component.ts';
import { type CachedOptions, createCached } from '../../src/cache/cached.ts';
import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { aloneInProcess } from '../../src/ports/alone.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import type { RawRequest } from '../../src/ports/request.ts';
import type { Step, Store } from '../../src/ports/store.ts';
import type { AuthorizerTable } from '../../src/store/account-tables.ts';
import { queries, statement } from '../../src/store/statement.ts';
import type { RawTable } from '../../src/store/tables.ts';
import { createComponentApi } from '../../src/wechat/component-api.ts';
import { componentSettings } from '../../src/wechat/component-settings.ts';
import { createTestClock } from '../clock.ts';
import { forgetTestStore, openTestStore } from '../store/test-store.ts';

export const NOW = 1_700_000_000_000;
export const SHOP = 'wx1a2b3c4d5e6f7a8b';
export const COMPONENT = {
  appid: 'wx0f1e2d3c4b5a6978',
  secret: 'component-secret-of-the-tests',
  token: 'agencyToken01',
  encodingAESKey: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
} as const;

const allAuthorizers = statement<Record<string, never>, AuthorizerTable>('test.authorizers', () =>
  queries.selectFrom('authorizer').selectAll().orderBy('appid'),
);
const allRaws = statement<Record<string, never>, RawTable>('test.raws', () =>
  queries.selectFrom('raw').selectAll().orderBy('id'),
);

/**
 * A component on a real store, beside the pretended platform, with a clock that is moved by hand. `openShared`: opens the
 * store of a process that shares it.
 */
export async function openAgency(settings: object = {}, openShared?: () => Promise<Store>) {
  const folder = mkdtempSync(join(tmpdir(), 'kefu-agency-'));
  const clock = createTestClock(NOW);
  const platform = await startPlatform({ component: COMPONENT, now: clock.now });
  const road = createFetch(createAddressGuard([]));
  const lines: string[] = [];
  /** What happens after the platform has carried a call out, and before the bridge hears of it. */
  const meanwhile = { after: '', run: async (): Promise<void> => {} };
  const failing = { statement: '' };
  let onSend: (call: HttpCall) => unknown = () => {};
  const fetch = clock.watch(async (call: HttpCall): Promise<HttpResult> => {
    if (call.name === '/cgi-bin/message/custom/send') {
      onSend(call);
      return { kind: 'answer', status: 200, headers: {}, body: Buffer.from('{"errcode":0}') };
    }
    const result = await road.fetch(call);
    if (!call.name.endsWith(meanwhile.after) || meanwhile.after === '') return result;
    meanwhile.after = '';
    await meanwhile.run();
    return result;
  });

  const live = async () => {
    const opened = await (openShared ?? (() => openTestStore(folder)))();
    const store = failOn(clock.watchStore(opened), failing);
    return begin(store, { keyv: new Keyv(), alone: aloneInProcess() });
  };
  const begin = async (store: Store, sharing: Required<Pick<CachedOptions, 'keyv' | 'alone'>>) => {
    const parsed = componentSettings.parse({ ...COMPONENT, baseUrl: platform.url, ...settings });
    const log = recordLog(lines);
    const component = createComponent({
      ...createCached({ clock, log, ...sharing }),
      name: 'agency',
      settings: parsed,
      tenants: new Map([[SHOP, 'shop']]),
      api: createComponentApi(parsed, fetch),
      fetch,
      store,
      alone: sharing.alone,
      clock,
      log,
      ...(openShared && { lookEveryMs: 5000 }),
    });
    await component.begin();
    await clock.settle();
    return { store, sharing, component, tokens: component.tokensOf({ appid: SHOP, marginSec: 300 }) };
  };
  let life = await live();
  const others: (typeof life)[] = [];
  const die = async () => {
    await life.component.stop();
    await life.store.close();
  };
  onTestFinished(async () => {
    await die();
    for (const other of others) {
      await other.component.stop();
      await other.store.close();
    }
    road.close();
    await platform.close();
    await forgetTestStore(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const takeAtOnce = async (request: RawRequest) => {
    const reading = life.component.readEvent(request, clock.now());
    if (reading.kind !== 'refused') await life.component.takeEvent(reading, request);
    return reading;
  };
  const take = async (request: RawRequest) => {
    const reading = await takeAtOnce(request);
    await clock.settle();
    return reading;
  };
  const requestOf = (fields: { readonly [name: string]: Field }, forgery?: EventForgery) =>
    eventOf({ CreateTime: Math.floor(clock.now() / 1000), ...fields }, clock.now(), forgery);
  const tell = (fields: { readonly [name: string]: Field }, forgery?: EventForgery) =>
    take(requestOf(fields, forgery));
  return {
    clock,
    platform,
    lines,
    meanwhile,
    failing,
    /** Of sends, which the platform itself does not take. */
    onSend(run: (call: HttpCall) => unknown) {
      onSend = run;
    },
    get component() {
      return life.component;
    },
    get tokens() {
      return life.tokens;
    },
    take,
    tell,
    /** In the middle of whatever is under way: resolves once it is written down. */
    tellMeanwhile: (fields: { readonly [name: string]: Field }) => takeAtOnce(requestOf(fields)),
    tellTicket: (ticket = platform.authorisations.makeTicket()) =>
      tell({ InfoType: 'component_verify_ticket', ComponentVerifyTicket: ticket }),
    /** The merchant agrees, and the bridge is told. */
    authorise(change: { readonly [name: string]: Field } = {}) {
      const { code, endsAt } = platform.authorisations.authorise(SHOP);
      return tell({
        InfoType: 'authorized',
        AuthorizerAppid: SHOP,
        AuthorizationCode: code,
        AuthorizationCodeExpiredTime: Math.floor(endsAt / 1000),
        ...change,
      });
    },
    /** The names of the calls that reached the platform. */
    calls: () => platform.requests.all.map(({ path }) => path.slice('/cgi-bin/component/'.length)),
    countOf: (name: string) => platform.requests.all.filter(({ path }) => path.endsWith(`/${name}`)).length,
    alarms: () => lines.filter((line) => line.startsWith('alarm.raised')),
    async authorizers() {
      return (await life.store.batch([allAuthorizers({})]))[0];
    },
    async raws() {
      return (await life.store.batch([allRaws({})]))[0];
    },
    /** Another process beside this one begins on the same store. */
    async join() {
      const other = await live();
      others.push(other);
      return other;
    },
    /** Another bridge on the same store, with the same cache. Ends with the test. */
    async openAnother() {
      const { component, tokens } = await begin(life.store, life.sharing);
      onTestFinished(() => component.stop());
      return { component, tokens };
    },
    /** The process ends and starts again on the same store; what only the cache knew is gone. */
    async restart() {
      await die();
      life = await live();
    },
  };
}

export type Agency = Awaited<ReturnType<typeof openAgency>>;

/** An authorisation event as a request. */
export function eventOf(
  fields: { readonly [name: string]: Field },
  now: number,
  forgery: EventForgery = {},
): RawRequest {
  const url = 'http://bridge/component/agency/events';
  const prepared = prepareEvent(COMPONENT, { url, now }, { fields, forgery });
  return {
    method: prepared.method,
    path: '/component/agency/events',
    query: new URL(prepared.url).searchParams,
    headers: {},
    body: prepared.body,
  };
}

function failOn(store: Store, failing: { readonly statement: string }): Store {
  const batch = (steps: readonly Step[]) =>
    failing.statement !== '' && steps.some(({ statement: { id } }) => id === failing.statement)
      ? Promise.reject(new BridgeError('storeUnavailable', 'the disk is full'))
      : store.batch(steps);
  return { batch: batch as Store['batch'], close: () => store.close() };
}

function recordLog(lines: string[]): Log {
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  return log;
}
