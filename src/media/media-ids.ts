import type { MediaIds } from '../ports/media.ts';
import type { Store } from '../ports/store.ts';
import { forgetMediaId, keepMediaId, readMediaId } from '../store/media-ids.ts';

/** The ids of one account's uploads, in the store: a restart uploads nothing anew. */
export function createMediaIds(store: Store, appid: string, now: () => number): MediaIds {
  return {
    async find(key) {
      const [[found]] = await store.batch([readMediaId({ appid, ...key, now: now() })]);
      return found?.platform_id;
    },
    async keep(key, given) {
      await store.batch([keepMediaId({ appid, ...key, ...given })]);
    },
    async forget(key, id) {
      await store.batch([forgetMediaId({ appid, ...key, id })]);
    },
  };
}
