import { listOf, numberOf, textOf } from '../../../src/formats/fields.ts';
import type { Finding } from '../../../src/ports/channel.ts';
import { explain, fatal, ok, warn } from '../findings.ts';
import type { Answer } from '../kf-api.ts';
import type { ChannelDesk } from './desk.ts';

/** Asks whether the API may speak for the account, and whether somebody else would. Nobody sees anything of it. */
export async function checkChannel(
  { settings, api }: ChannelDesk,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const accounts = await api.accounts(signal);
  if (accounts.kind !== 'ok') return [explain(accounts)];
  const account = listOf(accounts.fields, 'account_list').find(
    (one) => textOf(one, 'open_kfid') === settings.openKfid,
  );
  if (account === undefined) {
    return [fatal('the application has no kf account of this openKfid: 通过API管理微信客服账号')];
  }
  if (textOf(account, 'manage_privilege') !== 'true') {
    return [fatal('the kf account is not managed by API: every message into it would be refused (95018)')];
  }
  const rivals = findRivals(await api.servicers(settings.openKfid, signal));
  return [ok('WeCom accepts corpid, secret and openKfid'), ...rivals, ...guesses(settings)];
}

/** Who receives may be given a visitor by WeCom itself: then no reply of the bridge's reaches him. */
function findRivals(answer: Answer): readonly Finding[] {
  if (answer.kind !== 'ok') return [explain(answer)];
  const receiving = listOf(answer.fields, 'servicer_list').filter(
    (one) => textOf(one, 'department_id') !== undefined || numberOf(one, 'status') === 0,
  );
  if (receiving.length === 0) return [];
  return [
    warn(
      'servicers of the kf account receive: if WeCom assigns visitors to them, replies of the helpdesk are refused (95018); leave none but for taking over',
    ),
  ];
}

/** What no page says, and the first hour with a real company does. */
function guesses({
  windowClosedErrcodes,
  duplicateMsgidErrcodes,
  pollSec,
}: ChannelDesk['settings']): readonly Finding[] {
  return [
    `late messages are known by ${windowClosedErrcodes.join(', ')}: windowClosedErrcodes`,
    `a message id that was used is known by ${duplicateMsgidErrcodes.join(', ')}: duplicateMsgidErrcodes`,
    `how often may be asked without a notification is not published: pollSec ${pollSec}`,
  ].map((text) => warn(`to settle with a real company: ${text}`));
}
