import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
// Loaded beforehand: a clock that comes to rest does not see a module that is being loaded.
import 'file-type';
import 'image-size';
import { openFolderFiles } from '../../src/media/folder-files.ts';
import { createMediaKeeper, type MediaKeeperOptions } from '../../src/media/keeper.ts';
import type { Direction } from '../../src/model/message.ts';
import type { MediaFetch, MediaSink } from '../../src/ports/channel.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { actInConversation, advanceConversation } from '../../src/store/conversations.ts';
import { dueLanes, firstPlace } from '../../src/store/lanes.ts';
import { type ReleasedMessage, readMedium, wantMedium } from '../../src/store/media.ts';
import { addMessage } from '../../src/store/messages.ts';
import { NEVER } from '../../src/store/tables.ts';
import { createTestClock } from '../clock.ts';
import { forgetTestStore, openTestStore } from '../store/test-store.ts';
import { PNG } from './png.ts';

export const NOW = 1_700_000_000_000;
export const KEEP_MS = 90 * 86_400_000;

export const PICTURE: Brought = {
  kind: 'bytes',
  body: PNG,
  type: 'application/octet-stream',
};

/** A medium that the pretended other side gives. */
export interface Brought {
  readonly kind: 'bytes';
  readonly body: Buffer;
  readonly type: string;
  readonly name?: string;
}

/** Puts it where media are fetched to, as the road out does. */
export async function bring({ body, kind: _, ...said }: Brought, into: MediaSink): Promise<MediaFetch> {
  try {
    await into.begin();
    await into.take(body.subarray(0, 10));
    await into.take(body.subarray(10));
    return { kind: 'taken', ...said };
  } catch {
    return { kind: 'later', code: 'sink' };
  }
}

/** What the pretended other side says to each call for a medium; a list's last answer is given again and again. */
export type Answers = Readonly<Record<string, readonly (Brought | MediaFetch | 'hangs' | 'breaks')[]>>;

/** A store and a folder of media that a test may close and open again. */
export async function openScene(answers: Answers, change: Partial<MediaKeeperOptions> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'media-'));
  const clock = createTestClock(NOW);
  const folder = join(home, 'media');
  const calls: { readonly source: string; readonly at: number; readonly direction: Direction }[] = [];
  const released: ReleasedMessage[] = [];
  const lines: { readonly event: string; readonly fields: Record<string, unknown> }[] = [];
  const outage = { isDown: false };
  const left = new Map(Object.entries(answers).map(([source, list]) => [source, [...list]]));

  const fetchFor: MediaKeeperOptions['fetchFor'] =
    ({ direction }) =>
    async ({ channelId = '', url = '' }, into) => {
      const source = channelId || url;
      calls.push({ source, at: clock.now() - NOW, direction });
      const list = left.get(source) ?? [];
      const answer = (list.length > 1 ? list.shift() : list[0]) ?? PICTURE;
      if (answer === 'hangs') return new Promise(() => {}); // not even its signal ends it
      if (answer === 'breaks') throw new Error('https://secret.example/?token=1');
      return answer.kind === 'bytes' ? bring(answer, into) : answer;
    };

  const open = async (changedSince: Partial<MediaKeeperOptions> = {}) => {
    const files = await openFolderFiles(folder);
    const engine = await openTestStore(home);
    const store = clock.watchStore({
      batch: (steps) => (outage.isDown ? Promise.reject(storeIsDown()) : engine.batch(steps)),
      close: () => engine.close(),
    });
    const keeper = createMediaKeeper({
      store,
      files,
      clock,
      log: collect(lines),
      maxBytes: 1024,
      keepMs: KEEP_MS,
      fetchFor,
      pauseBeforeNext: (tries) => [1000, 4000, 15_000, 30_000][tries - 1] ?? 60_000,
      onReleased: (message) => released.push(message),
      ...change,
      ...changedSince,
    });
    return { files, store, keeper };
  };
  const scene = { ...(await open()), clock, folder, calls, released, lines, outage };
  const close = async () => {
    await scene.keeper.stop();
    await scene.store.close();
  };
  onTestFinished(async () => {
    await close();
    await forgetTestStore(home);
    await rm(home, { recursive: true });
  });
  return Object.assign(scene, {
    /** The process ends, and starts again. */
    async restart(changed: Partial<MediaKeeperOptions> = {}) {
      await close();
      Object.assign(scene, await open(changed));
    },
  });
}

function storeIsDown(): BridgeError {
  return new BridgeError('storeUnavailable', 'the test took it away');
}

/** A log that keeps its lines. */
export function collect(lines: { event: string; fields: Record<string, unknown> }[]): Log {
  const write = (event: string, fields: Record<string, unknown> = {}) => {
    lines.push({ event, fields });
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  return log;
}

export interface Arrival {
  readonly message: string;
  readonly tenant?: string;
  readonly direction?: Direction;
  /** By the id of the medium, where it is fetched. */
  readonly media?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly finished?: boolean;
}

/** Writes a message down as the intake does: it waits for its media. */
export async function arrive(
  scene: { readonly store: Store; readonly clock: { now(): number } },
  arrival: Arrival,
) {
  const { message, tenant = 'shop', direction = 'forward', media = {} } = arrival;
  const now = scene.clock.now();
  const conversation = `c_${tenant}`;
  const isForward = direction === 'forward';
  const act = { id: conversation, tenant, visitor: 'v', appid: 'wx', context: null, business: null, now };
  await scene.store.batch([
    isForward ? actInConversation(act) : advanceConversation({ id: conversation }, 1),
    addMessage(
      {
        id: message,
        tenant,
        conversation,
        helpdesk: `${tenant}/main`,
        direction,
        lane: isForward ? 'forward' : 'reply',
        action: isForward ? 'forward' : 'send',
        sender: '{"role":"visitor"}',
        parts: '[]',
        event: null,
        writtenAt: now,
        automatic: 0,
        state: isForward ? 'received' : 'queued',
        due: Object.keys(media).length > 0 ? NEVER : null,
        notAfter: null,
        vendorId: null,
        answer: null,
        raw: null,
        now,
        finishedAt: arrival.finished ? now : null,
      },
      1,
    ),
    ...Object.entries(media).map(([id, source]) =>
      wantMedium({
        id,
        tenant,
        conversation,
        message,
        source: JSON.stringify(source.startsWith('https:') ? { url: source } : { channelId: source }),
        name: arrival.name ?? null,
        now,
      }),
    ),
  ]);
}

export async function mediumRow(scene: { readonly store: Store }, id: string) {
  const [[row]] = await scene.store.batch([readMedium({ id })]);
  return row;
}

/** Whether any lane has something due. */
export async function isAnythingDue(scene: { readonly store: Store; readonly clock: { now(): number } }) {
  const [lanes] = await scene.store.batch([dueLanes({ now: scene.clock.now(), most: 10, ...firstPlace })]);
  return lanes.length > 0;
}
