import { createHash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { keepText } from '../store/media.ts';
import type { MediaFiles } from './files.ts';

/** Whose text it is. */
export interface TextOwner {
  readonly tenant: string;
  readonly conversation: string;
  readonly message: string;
}

/**
 * Keeps a text as a file among the media of its message, so that a link can lead to it; gives the medium's id, the same
 * for the same text.
 */
export function createTextKeeper({
  store,
  files,
  clock,
}: {
  readonly store: Store;
  readonly files: MediaFiles;
  readonly clock: Clock;
}): (text: string, owner: TextOwner) => Promise<string> {
  return async (text, owner) => {
    const bytes = Buffer.from(text);
    const id = `x_${createHash('sha256').update(`${owner.message}\n${text}`).digest('base64url').slice(0, 24)}`;
    const md5 = createHash('md5').update(bytes).digest('hex');
    // The row stands before its file: a file without a row is swept away.
    await store.batch([keepText({ id, ...owner, bytes: bytes.length, md5, now: clock.now() })]);
    await files.write(id, bytes);
    return id;
  };
}
