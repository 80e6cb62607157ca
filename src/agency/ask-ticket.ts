import type { ComponentTable } from '../store/account-tables.ts';
import { putOffAsking } from '../store/components.ts';
import { tokenConsequenceOf } from '../wechat/errors.ts';
import { explainStop } from '../wechat/explain.ts';
import { nameFailure } from './component-tokens.ts';
import { errandLeaseMs } from './errands.ts';
import type { ComponentScene } from './scene.ts';

export type AskTicket = (row: ComponentTable) => Promise<void>;

/**
 * Makes WeChat push tickets: at the first start, and where the last one is lost or too old. The ticket itself comes as an
 * event; until then it is asked for again and again. What only a person can put right is one alarm, until it is another
 * or over.
 */
export function createTicketAsker(scene: ComponentScene): AskTicket {
  const { api, clock, log, store } = scene;
  let refused: number | undefined;
  return async ({ appid, ask_due: due }) => {
    const inHand = clock.now() + errandLeaseMs;
    const [mine] = await store.batch([putOffAsking({ appid, due, later: inHand })]);
    if (mine.length === 0) return;
    const answer = await api.startPushTicket();
    const later = clock.now() + (answer.kind === 'ok' ? ticketEveryMs : afterFailureMs);
    await store.batch([putOffAsking({ appid, due: inHand, later })]);
    if (answer.kind === 'ok') {
      refused = undefined;
      return log.info('component.ticketAsked');
    }
    log.error('component.ticketNotAsked', nameFailure(answer));
    const consequence = answer.kind === 'said' ? tokenConsequenceOf(answer.errcode) : undefined;
    if (answer.kind !== 'said' || consequence?.kind !== 'stop' || answer.errcode === refused) return;
    refused = answer.errcode;
    const alarm = `nothing can be sent without a ticket, and WeChat pushes none: ${explainStop(answer, consequence)}`;
    log.error('alarm.raised', { alarm, code: String(refused) });
  };
}

/** WeChat pushes one every ten minutes. */
const ticketEveryMs = 600_000;
const afterFailureMs = 60_000;
