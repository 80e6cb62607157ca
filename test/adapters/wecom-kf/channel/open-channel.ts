import { wecomKfChannel } from '../../../../adapters/wecom-kf/channel/index.ts';
import { startWecomKf, type WecomOptions } from '../../../../sandbox/vendors/wecom-kf.ts';
import { createAddressGuard } from '../../../../src/http/address-guard.ts';
import { createFetch } from '../../../../src/http/fetch.ts';
import type { Log } from '../../../../src/ports/log.ts';
import type { ConvertPicture } from '../../../../src/ports/media.ts';
import { openMediaIds } from '../../../wechat/desk.ts';
import { NOW, SECRET } from '../desk.ts';
import { channelSettings } from './settings.ts';

/** The channel alone against the pretended WeCom over HTTP. */
export async function openChannel({
  options = {},
  settings = {},
  convertPicture = async () => undefined,
}: {
  readonly options?: Partial<WecomOptions>;
  readonly settings?: object;
  readonly convertPicture?: ConvertPicture;
} = {}) {
  const now = () => NOW;
  const wecom = await startWecomKf({ secret: SECRET, now, ...options });
  const road = createFetch(createAddressGuard([]));
  const lines: string[] = [];
  const kept = new Map<string, Promise<string>>();
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const parsed = wecomKfChannel.settings.parse({
    ...channelSettings,
    baseUrl: wecom.url,
    timeoutMs: 2000,
    ...settings,
  });
  const channel = wecomKfChannel.create(parsed, {
    fetch: road.fetch,
    now,
    log,
    convertPicture,
    mediaIds: openMediaIds(now),
    cached(key, load) {
      const value = kept.get(key) ?? load().then((loaded) => loaded.value);
      kept.set(key, value);
      return value.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      });
    },
    async forget(key) {
      kept.delete(key);
      return undefined;
    },
  });
  return {
    wecom,
    channel,
    lines,
    async close() {
      road.close();
      await wecom.close();
    },
  };
}
