import type { Desk } from './desk.ts';
import { startEasemobDesk } from './easemob-desk.ts';
import { startMeiqiaDesk } from './meiqia-desk.ts';
import { startQiyuDesk } from './qiyu-desk.ts';
import { startWebhookDesk } from './webhook-desk.ts';
import { startWecomKfDesk } from './wecom-kf-desk.ts';
import { startWecomKfHandoffDesk } from './wecom-kf-handoff-desk.ts';
import { startZhichiDesk } from './zhichi-desk.ts';

/** A vendor that the sandbox can show: its names, a sign of one letter, and its desk. */
export interface DeskEntry {
  readonly zh: string;
  readonly en: string;
  readonly sign: string;
  /** It leads visitors to a chat of its own. */
  readonly leadsAway?: true;
  /** Starts its pretended server, which calls the bridge back at this address. */
  start(callbackUrl: string, now: () => number): Promise<Desk>;
}

/** By the name under which one is chosen. The first is shown where nobody chose. */
export type Desks = Readonly<Record<string, DeskEntry>>;

/** Every vendor that the sandbox can show: one line a desk. */
export const desks: Desks = {
  qiyu: { zh: '七鱼', en: 'Qiyu', sign: '七', start: startQiyuDesk },
  zhichi: { zh: '智齿', en: 'Zhichi', sign: '智', start: startZhichiDesk },
  meiqia: { zh: '美洽', en: 'Meiqia', sign: '美', start: startMeiqiaDesk },
  easemob: { zh: '环信', en: 'Easemob', sign: '环', start: startEasemobDesk },
  'wecom-kf': { zh: '企业微信', en: 'WeCom', sign: '企', start: startWecomKfDesk },
  'wecom-kf-handoff': {
    zh: '企微转接',
    en: 'WeCom hand-off',
    sign: '转',
    leadsAway: true,
    start: startWecomKfHandoffDesk,
  },
  webhook: { zh: '自有', en: 'Own', sign: '自', start: startWebhookDesk },
};
