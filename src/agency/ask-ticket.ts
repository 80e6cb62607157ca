import type { ComponentTable } from '../store/account-tables.ts';
import { putOffAsking } from '../store/components.ts';
import { nameFailure } from './component-tokens.ts';
import type { ComponentScene } from './scene.ts';

/**
 * Makes WeChat push tickets: at the first start, and where the last one is lost or too old. The ticket itself comes as an
 * event; until then it is asked for again and again.
 */
export async function askTicket(scene: ComponentScene, row: ComponentTable): Promise<void> {
  const answer = await scene.api.startPushTicket();
  const later = scene.clock.now() + (answer.kind === 'ok' ? ticketEveryMs : afterFailureMs);
  await scene.store.batch([putOffAsking({ appid: row.appid, due: row.ask_due, later })]);
  if (answer.kind === 'ok') return scene.log.info('component.ticketAsked');
  scene.log.error('component.ticketNotAsked', nameFailure(answer));
  const alarm =
    'WeChat does not push tickets to the component, and nothing can be sent without: compare appid and secret with the console';
  if (answer.kind === 'said') scene.log.error('alarm.raised', { alarm });
}

/** WeChat pushes one every ten minutes. */
const ticketEveryMs = 600_000;
const afterFailureMs = 60_000;
