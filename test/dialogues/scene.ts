import { createRandom } from '../../chaos/random.ts';
import { startWeChat } from '../../sandbox/vendors/wechat.ts';
import { createAddressGuard } from '../../src/http/address-guard.ts';
import { createFetch } from '../../src/http/fetch.ts';
import { account } from '../bridge/account.ts';
import { createTestClock } from '../clock.ts';
import { openBadDoor } from './bad-door.ts';
import { drawFaults, type PossibleFault, usualFaults } from './draw-faults.ts';
import { openBridge } from './open-bridge.ts';
import { openOutage } from './outage.ts';
import { openSlowRoad } from './slow-road.ts';
import type { DialogueVendor } from './vendor.ts';

export interface SceneOptions {
  readonly seed: number;
  /** Of the calls to the outside, how many meet a fault. Default: a quarter. */
  readonly faultShare?: number;
  /** Of the same, how many take their time. Default: about one in seven. */
  readonly slowShare?: number;
  /** Settings of the helpdesk over the vendor's. */
  readonly settings?: object;
}

/** The bridge between the pretended WeChat and a pretended vendor, on one clock, with everything that can go wrong. */
export type DialogueScene = Awaited<ReturnType<typeof openDialogueScene>>;

const start = 1_700_000_000_000;
const wechatTries = 3;

/** WeChat is busy, or has counts used up until the end of the minute. */
const wechatFaults: readonly PossibleFault[] = [
  ...usualFaults,
  { effect: { errcode: -1 } },
  { effect: { errcode: 45011 }, path: '/cgi-bin/message/custom/send' },
];

export async function openDialogueScene(vendor: DialogueVendor, options: SceneOptions) {
  const { seed, faultShare: share = 0.25, slowShare = 0.15, settings } = options;
  const clock = createTestClock(start);
  // Calls come as they come. As each part draws for itself, a seed gives the same talk again.
  const randomOf = (part: number) => createRandom(seed + 1000 * part);
  const kind = { kind: 'miniprogram', mode: 'safe', format: 'xml' } as const;
  const wechat = await startWeChat({ ...account, ...kind, now: clock.now, keep: 10_000 });
  const desk = await vendor.open(clock.now);
  const road = createFetch(createAddressGuard([]));
  const slow = openSlowRoad({ fetch: road.fetch, clock, random: randomOf(1), slowShare });
  const door = openBadDoor({
    random: randomOf(2),
    share: 0.15,
    mostInRow: (path) => (path.startsWith('/wechat/') ? wechatTries : desk.callbackTries) - 1,
  });
  const vendorFaults = [...usualFaults, ...(desk.faults ?? [])];
  const faults = {
    vendor: drawFaults(desk.server, { random: randomOf(3), share, faults: vendorFaults }),
    // A send whose answer was lost twice is given up, and a person is told.
    wechat: drawFaults(wechat, { random: randomOf(4), share, faults: wechatFaults, mostUnknown: 1 }),
  };
  const bridge = await openBridge({
    clock,
    random: randomOf(5),
    fetch: slow.fetch,
    door: door.middleware,
    onDeath: slow.cut,
    tenants: {
      shop: {
        wechat: { ...account, baseUrl: wechat.url },
        helpdesks: { main: { adapter: vendor.adapter, ...desk.settings, ...settings } },
      },
    },
  });
  await desk.connect(`${bridge.url}/callback/shop/main`);
  const outages = [openOutage(desk.server, clock.now), openOutage(wechat, clock.now)];
  const lostAnswers = ({ url }: { readonly url: string }) => slow.lostAnswers(new URL(url).origin);
  return {
    wechat,
    desk,
    bridge,
    outages,
    /** How many calls met a fault. */
    faults: () => faults.vendor.count() + faults.wechat.count(),
    lostAnswers: () => ({ vendor: lostAnswers(desk.server), wechat: lostAnswers(wechat) }),
    /** Lets time pass, and come to pass what is due by it. */
    async pass(ms: number) {
      await bridge.advance(ms);
      for (const outage of outages) await outage.endInTime();
      await desk.catchUp?.();
      await bridge.advance(0);
    },
    /** Nothing goes wrong any more. */
    async calmDown() {
      door.stop();
      faults.vendor.stop();
      faults.wechat.stop();
      for (const outage of outages) await outage.end();
    },
    async close() {
      await bridge.close();
      await Promise.all([wechat.close(), desk.close()]);
      road.close();
    },
  };
}
