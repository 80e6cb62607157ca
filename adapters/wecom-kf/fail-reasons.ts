import type { KfEvent } from './wire.ts';

/** Why a message did not arrive that WeCom had taken (`msg_send_fail`), and our id of it. */
export function failureOf({ type, msgid }: Extract<KfEvent, { kind: 'sendFailed' }>): string {
  const reason = failReasons[type] ?? `fail_type ${type}`;
  return msgid === undefined ? reason : `${reason}: ${msgid}`;
}

const failReasons: Readonly<Record<string, string | undefined>> = {
  1: 'account deleted',
  2: 'application closed',
  4: 'over 48 h',
  5: 'session closed',
  6: 'over 5 messages',
  7: 'no channels account (视频号)',
  8: 'company not verified',
  9: 'no channels account, company not verified',
  10: 'refused by the customer',
  11: 'no member logged in',
  12: 'type forbidden',
  13: 'content',
};
