import type { Conversation } from '../../src/model/conversation.ts';
import type { Effects } from '../../src/ports/helpdesk.ts';
import type { RecordOf } from './api.ts';
import { partnerIdOf } from './profile.ts';
import type { ZhichiSettings } from './settings.ts';

/**
 * The topics under which a visitor's record is read. `record`: for what agents say. `repair`: for what was not pushed.
 * `whose`: once, to learn the id of a session, by which the forwarding names its visitor.
 */
export const topics = { record: 'record', repair: 'repair', whose: 'whose' } as const;

/** Whose record is read: that of a session, or of a visitor's last one. */
export function recordOf(
  { uidTemplate, recordFrom }: ZhichiSettings,
  conversation: Conversation,
  cid: string | undefined,
): RecordOf {
  return cid === undefined
    ? { partnerid: partnerIdOf(uidTemplate, conversation), from: recordFrom }
    : { cid };
}

/** How often the record is read where nobody serves, or nothing is said. In milliseconds. */
export const slowPollMs = 30_000;

/** An agent who takes a visitor out of the queue may be known by his words alone, where nobody tells. */
export function watchQueue({ replies }: ZhichiSettings): Pick<Effects, 'watch'> {
  return replies === 'record' ? { watch: [{ topic: topics.record, afterMs: slowPollMs }] } : {};
}

/** The record is to be looked into from now on, as far as the settings want it. */
export function watchRecord(settings: ZhichiSettings, isUnnamed: boolean): Pick<Effects, 'watch'> {
  const { replies, repair } = settings;
  switch (replies) {
    case 'record':
      return { watch: [{ topic: topics.record, afterMs: settings.recordPollSec * 1000 }] };
    case 'push':
      if (repair === 'off') return {};
      return { watch: [{ topic: topics.repair, afterMs: settings.repairPollSec * 1000 }] };
    case 'forward':
      return isUnnamed ? { watch: [{ topic: topics.whose, afterMs: 0 }] } : {};
    default:
      return replies satisfies never;
  }
}
