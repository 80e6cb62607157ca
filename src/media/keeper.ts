import type { Readable } from 'node:stream';
import type { KeptMedia } from '../ports/channel.ts';
import type { Store } from '../ports/store.ts';
import { fixMediaUrl, readMedium } from '../store/media.ts';
import { dueMedia, nextMediumDue } from '../store/media-downloads.ts';
import type { MediaTable } from '../store/media-tables.ts';
import { type AttemptOptions, attemptMedium } from './attempt.ts';
import { ownClaims } from './claims.ts';
import { removeOrphans, removeStale } from './clean.ts';
import { createDiskAlarm } from './disk-alarm.ts';
import { Downloads, type DueMedia } from './downloads.ts';
import type { FilePart, MediaFiles } from './files.ts';
import { wantLostFiles } from './lost-files.ts';

type Defaulted = 'claims' | 'giveUpAfterMs' | 'attemptTimeoutMs' | 'onDiskFault';

export interface MediaKeeperOptions
  extends Omit<AttemptOptions, Defaulted>,
    Partial<Pick<AttemptOptions, Defaulted>> {
  /** A kept medium stays for so long, and longer while its message is not finished or its URL lives: as long again. */
  readonly keepMs: number;
  /** Downloads at a time for one tenant. Default 4. */
  readonly concurrency?: number;
}

/** A kept medium on its way out. */
export interface ServedMedium extends Pick<KeptMedia, 'type' | 'bytes' | 'name' | 'md5'> {
  /** A part of it, piece by piece. Read it to its end or destroy it. */
  stream(part: FilePart): Promise<Readable>;
}

/**
 * Fetches the media of messages as they come, keeps them as files, and lets a message go once its last medium is kept or
 * given up. What is to be fetched stands in the store: call `wake` once at the start, and whenever media were asked for.
 * Several processes may share the store and the files, each with claims of its own.
 */
export interface MediaKeeper {
  /** Asks again for what has lost its file. To be called once, before any turn begins. */
  recover(): Promise<void>;
  wake(): void;
  /** The copy; `undefined` where there is none (not yet, or no more). */
  read(id: string): Promise<KeptMedia | undefined>;
  /** The copy, to be given out; `undefined` where there is none. */
  open(id: string): Promise<ServedMedium | undefined>;
  /** What the public URL of a kept medium is made of: the same while it lives, and the medium stays for as long. */
  find(
    id: string,
  ): Promise<{ readonly id: string; readonly name: string; readonly expiresAt: number } | undefined>;
  /** Removes what is no longer needed. To be called now and then; at most one at a time. */
  clean(): Promise<void>;
  /** What is being fetched is cut short and due at the next start. */
  stop(): Promise<void>;
}

export function createMediaKeeper(options: MediaKeeperOptions): MediaKeeper {
  const { store, clock, log, files, keepMs } = options;
  const stopping = new AbortController();
  let cleaning: Promise<void> = Promise.resolve();
  const attempt = {
    claims: ownClaims,
    giveUpAfterMs: 10 * 60_000,
    attemptTimeoutMs: 120_000,
    onDiskFault: createDiskAlarm(clock, log),
    ...options,
  };
  const { holder, lookEveryMs } = attempt.claims;
  const downloads = new Downloads({
    clock,
    log,
    concurrency: options.concurrency ?? 4,
    ...(lookEveryMs !== undefined && { lookEveryMs }),
    findDue: (now, mostEach) => findDue(store, { now, holder, mostEach }),
    async run(id) {
      const due = await attemptMedium(id, attempt, stopping.signal);
      if (due !== undefined) downloads.expect(due);
    },
  });

  return {
    async recover() {
      const lost = await wantLostFiles({ store, files, now: clock.now() });
      if (lost > 0) log.error('media.lost', { lost });
    },
    wake: () => downloads.wake(),
    async read(id) {
      const medium = await findWhole(options, id);
      return medium && present(medium, files);
    },
    async open(id) {
      const medium = await findWhole(options, id);
      return medium && { ...medium, stream: (part) => files.stream(fileOf(medium), part) };
    },
    async find(id) {
      const now = clock.now();
      const [[medium]] = await store.batch([fixMediaUrl({ id, now, until: now + keepMs })]);
      return medium && { id, name: medium.name, expiresAt: medium.url_until };
    },
    clean() {
      cleaning = cleanUp(options, stopping.signal);
      return cleaning;
    },
    async stop() {
      stopping.abort();
      await downloads.stop();
      await cleaning.catch(() => undefined); // whoever asked for it is told
    },
  };
}

async function cleanUp(options: MediaKeeperOptions, stopping: AbortSignal): Promise<void> {
  const { store, files, clock, log, keepMs } = options;
  const now = clock.now();
  const cleaning = { store, files, now, before: now - keepMs, stopping };
  const stale = await removeStale(cleaning);
  const orphans = await removeOrphans(cleaning);
  log.info('media.cleaned', { stale, orphans });
}

async function findDue(store: Store, what: Parameters<typeof dueMedia>[0]): Promise<DueMedia> {
  const [media, [next]] = await store.batch([dueMedia(what), nextMediumDue({ now: what.now })]);
  return { media, next: next?.due ?? null };
}

/** A row in the state `kept` has what {@link KeptMedia} tells. */
type KeptRow = MediaTable & { type: string; bytes: number; md5: string; name: string };

async function findKept(store: Store, id: string): Promise<KeptRow | undefined> {
  const [[medium]] = await store.batch([readMedium({ id })]);
  return medium?.state === 'kept' ? (medium as KeptRow) : undefined; // `keepMedium` fills them all
}

async function findWhole(
  { store, files }: Pick<MediaKeeperOptions, 'store' | 'files'>,
  id: string,
): Promise<KeptRow | undefined> {
  const medium = await findKept(store, id);
  return medium !== undefined && (await files.sizeOf(fileOf(medium))) === medium.bytes ? medium : undefined;
}

function fileOf({ id, file }: KeptRow): string {
  return file ?? id;
}

function present(medium: KeptRow, files: MediaFiles): KeptMedia {
  const { type, bytes, name, md5, width, height } = medium;
  const size = width !== null && height !== null ? { width, height } : {};
  return { type, bytes, name, md5, ...size, read: () => files.read(fileOf(medium)) };
}
