import { onTestFinished } from 'vitest';
import { createRandom } from '../../../../chaos/random.ts';
import { startQiyu } from '../../../../sandbox/vendors/qiyu.ts';
import {
  type PretendedWecom,
  startWecomKf,
  type WecomOptions,
} from '../../../../sandbox/vendors/wecom-kf.ts';
import { createAddressGuard } from '../../../../src/http/address-guard.ts';
import { createFetch } from '../../../../src/http/fetch.ts';
import { qiyuKeys } from '../../../bridge/account.ts';
import { createTestClock } from '../../../clock.ts';
import { openBridge } from '../../../dialogues/open-bridge.ts';
import { NOW, SECRET } from '../desk.ts';
import { channelSettings } from './settings.ts';

export interface KfSceneOptions {
  readonly channel?: object;
  readonly wecom?: Partial<WecomOptions>;
  readonly tenant?: object;
  /** What happens before the bridge is there. */
  readonly before?: (wecom: PretendedWecom) => Promise<unknown>;
}

/** The whole bridge but for media between the pretended WeCom and the pretended Qiyu, on one clock. */
export type KfScene = Awaited<ReturnType<typeof openKfScene>>;

export async function openKfScene({ channel, wecom: given, tenant, before }: KfSceneOptions = {}) {
  const clock = createTestClock(NOW);
  const wecom = await startWecomKf({ secret: SECRET, now: clock.now, callbackPauseMs: 0, ...given });
  const qiyu = await startQiyu({ ...qiyuKeys, now: clock.now });
  const road = createFetch(createAddressGuard([]));
  await before?.(wecom);
  const bridge = await openBridge({
    clock,
    random: createRandom(1),
    fetch: clock.watch(road.fetch),
    door: (_context, next) => next(),
    onDeath: () => {},
    tenants: {
      shop: {
        wecomKf: { ...channelSettings, baseUrl: wecom.url, ...channel },
        helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: qiyu.url } },
        ...tenant,
      },
    },
  });
  const bellUrl = `${bridge.url}/channel/shop`;
  wecom.changeSettings({ callbackUrl: bellUrl });
  qiyu.changeSettings({ callbackUrl: `${bridge.url}/callback/shop/main` });
  onTestFinished(async () => {
    await bridge.close();
    await Promise.all([wecom.close(), qiyu.close()]);
    road.close();
  });
  await bridge.advance(0);
  return {
    clock,
    wecom,
    people: wecom.people,
    qiyu,
    bridge,
    bellUrl,
    /** Lets time pass, and come to pass what is due by it. */
    pass: (ms: number) => bridge.advance(ms),
    /** What reached the helpdesk. */
    asked: () => qiyu.messages.all.map(({ text }) => text),
    /** What reached the customer. */
    said: () => wecom.said.all.map(({ text }) => text),
    pulls: () => wecom.requests.all.filter(({ path }) => path === '/cgi-bin/kf/sync_msg'),
  };
}
