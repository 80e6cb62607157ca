import { parseArgs } from 'node:util';
import Router from '@koa/router';
import Koa from 'koa';
import { buildTenants } from '../../src/build.ts';
import { loadConfig } from '../../src/config/load.ts';
import { answer, answerEmpty } from '../../src/intake/answer.ts';
import { finishAnswers } from '../../src/intake/finish-answers.ts';
import { listen } from '../../src/intake/listener.ts';
import { createPublicApp } from '../../src/intake/public.ts';
import { readRequest } from '../../src/intake/raw-request.ts';
import { dropGarbage, keepHeapLean } from '../../src/lean-heap.ts';
import { conversationId } from '../../src/model/conversation.ts';
import { createLog } from '../../src/observe/log.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { BatchResult, Store } from '../../src/ports/store.ts';
import type { Bridge } from '../../src/relay/bridge.ts';
import { settings } from '../../src/settings.ts';
import { openStore } from '../../src/store/engines/open.ts';

/**
 * The public listener alone, as a process of its own: nothing is forwarded, as a wake of a lane does nothing. `--store
 * real` is the bridge's own app and its configured store; `nowhere` the same with a store that takes everything and keeps nothing;
 * `none` the twin: Koa, router, signature, cipher, parser, log line and answer are the same, and nothing is planned or
 * stored. Answers each message of its parent with where it listens and what it has used.
 */
export interface ServerState {
  readonly url: string;
  readonly rssBytes: number;
  /** Of all its threads, and of the one that answers. */
  readonly cpuMs: number;
  readonly mainCpuMs: number;
}

// As the bridge starts.
keepHeapLean();
const { values: options } = parseArgs({ options: { store: { type: 'string' }, config: { type: 'string' } } });
const loaded = await loadConfig(options.config ?? '', process.env, settings);
if (loaded.kind === 'faults') throw new Error('expected the configuration of the bench to be sound');
const { config } = loaded;
const log = createLog(config.log.level);
const bridge = await openBridge();
const app = options.store === 'none' ? createTwin(bridge) : createPublicApp({ bridge, findMedium: nothing });
const listener = await listen(app, { host: '127.0.0.1', port: 0 });
dropGarbage();

process.on('message', () => {
  const all = process.cpuUsage();
  const main = process.threadCpuUsage();
  const state: ServerState = {
    url: listener.url,
    rssBytes: process.memoryUsage.rss(),
    cpuMs: (all.user + all.system) / 1000,
    mainCpuMs: (main.user + main.system) / 1000,
  };
  process.send?.(state);
});
process.once('SIGTERM', async () => {
  await listener.close(100);
  await bridge.store.close();
  process.exit(0);
});

async function openBridge(): Promise<Bridge> {
  const store =
    options.store === 'real' ? await openStore(config.store, () => process.exit(1)) : openNowhere();
  const tenants = buildTenants(config, {
    log,
    clock: systemClock,
    now: systemClock.now,
    fetch: async () => ({ kind: 'notSent', code: 'bench' }),
    claimPermit: async () => false,
    media: nothing,
    mediaUrl: nothing,
    convertPicture: nothing,
    mediaIdsOf: () => ({ find: nothing, keep: nothing, forget: nothing }),
    cached: async () => '',
    forget: async () => {},
  });
  return {
    store,
    clock: systemClock,
    log,
    random: Math.random,
    lanes: { wake() {}, expect() {}, async stop() {} },
    tenants,
    stopping: new AbortController().signal,
    media: { wake() {}, read: nothing, urlOf: nothing, keepText: nothing },
  };
}

/** The same server (what ends answers, router, the 404 behind it), and what it does with a push but for writing it down. */
function createTwin({ tenants, clock, log }: Bridge): Koa {
  const router = new Router({ sensitive: true, strict: true });
  router.register('/wechat/:tenant', ['GET', 'POST'], async (context) => {
    if (context.method === 'HEAD') return answerEmpty(context, 404);
    const tenant = tenants.get(context.params.tenant ?? '');
    if (!tenant) return answerEmpty(context, 404);
    const read = await readRequest(context, { maxBytes: tenant.pushMaxBytes });
    if (read.kind === 'refused') return answerEmpty(context, read.status);
    const reading = tenant.channel.readPush(read.request, clock.now());
    if (reading.kind !== 'visitor') return answerEmpty(context, 403);
    log.info('push.received', {
      tenant: tenant.name,
      conversation: conversationId(tenant.name, reading.visitor),
      parts: reading.parts.map(({ kind }) => kind),
    });
    const { type, body } = tenant.channel.answerPush({ kind: 'success' }, reading.context, clock.now());
    answer(context, { status: 200, type, body });
  });
  const app = new Koa({ proxy: false });
  finishAnswers(app, log);
  app.use(router.routes());
  app.use((context) => answerEmpty(context, 404));
  return app;
}

function openNowhere(): Store {
  return {
    async batch(steps) {
      // Nothing was found, and everything stands.
      return steps.map(() => []) as unknown as BatchResult<typeof steps>;
    },
    async close() {},
  };
}

async function nothing(): Promise<undefined> {
  return undefined;
}
