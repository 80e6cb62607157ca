import { type Fields, listOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { Finding } from '../../src/ports/channel.ts';
import { CallFailed } from '../../src/ports/errors.ts';
import { readAccounts } from './account-list.ts';
import { accountsOf } from './accounts.ts';
import type { Answer } from './api.ts';
import type { Desk } from './desk.ts';
import { explain, fatal, ok, warn } from './findings.ts';

/** Asks for what the mode needs: the kf account and its servicers, or the members. Nobody sees anything of it. */
export async function checkAccount(desk: Desk, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings =
    desk.settings.mode === 'app' ? await checkMembers(desk, signal) : await checkKf(desk, signal);
  const isBroken = findings.some(({ level }) => level === 'fatal');
  return isBroken ? findings : [...findings, ...guesses(desk)];
}

async function checkKf(desk: Desk, signal: AbortSignal): Promise<readonly Finding[]> {
  const found = await readAccounts(desk.api, signal);
  if (found.kind === 'failed') return [explain(found.failure)];
  const faults = accountsOf(desk.settings).flatMap((account) => findFault(found.accounts, account));
  if (faults.length > 0) return faults;
  const findings: Finding[] = [ok('WeCom accepts corpid, secret and openKfid')];
  for (const account of accountsOf(desk.settings)) {
    findings.push(...readServicers(account, await desk.api.servicers(account, signal)));
  }
  return [...findings, ...(await checkBinding(desk))];
}

function findFault(accounts: readonly Fields[], openKfid: string): readonly Finding[] {
  const account = accounts.find((one) => textOf(one, 'open_kfid') === openKfid);
  if (account === undefined)
    return [fatal(`the application has no kf account ${openKfid}: 通过API管理微信客服账号`)];
  return textOf(account, 'manage_privilege') === 'true'
    ? []
    : [fatal(`kf account ${openKfid} is not managed by API: every message into it would be refused (95018)`)];
}

function readServicers(account: string, answer: Answer): readonly Finding[] {
  if (answer.kind !== 'ok') return [explain(answer)];
  const servicers = listOf(answer.fields, 'servicer_list');
  if (servicers.length === 0)
    return [warn(`kf account ${account} has no servicers: nobody would take a chat`)];
  const receives = servicers.some(
    (one) => textOf(one, 'department_id') !== undefined || numberOf(one, 'status') === 0,
  );
  return receives ? [] : [warn(`no servicer of kf account ${account} receives now`)];
}

/** Without the binding the mini-program cannot open the chat, and on screen nothing happens. */
async function checkBinding({ channel, settings }: Desk): Promise<readonly Finding[]> {
  try {
    const bound = await channel('/customservice/work/get');
    const corpid =
      typeof bound === 'object' && bound !== null && 'corpid' in bound ? bound.corpid : undefined;
    if (corpid === settings.corpid) return [ok('the mini-program is bound to the company')];
    return [
      warn(
        'the mini-program is not bound to this company: bind it in its console, or the chat does not open',
      ),
    ];
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return [warn(`WeChat did not say whether the mini-program is bound to the company (${error.reason})`)];
  }
}

async function checkMembers(desk: Desk, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const userid of desk.settings.app.agents) {
    const answer = await desk.api.member(userid, signal);
    if (answer.kind === 'ok') continue;
    const isUnseen = answer.kind === 'said' && [60111, 60011, 60021, 43004].includes(answer.code);
    if (!isUnseen) return [explain(answer)];
    findings.push(warn(`member ${userid} is not in the visible range of the application (${answer.code})`));
  }
  return [ok('WeCom accepts corpid and secret'), ...findings];
}

/** What no page says, and the first hour with a real company does. */
function guesses({ settings }: Desk): readonly Finding[] {
  const texts =
    settings.mode === 'app'
      ? [
          'card buttons are taken to call back as template_card_event: set app.card to false if they do not',
          'a repeat that is the same to the byte is taken to be dropped: set app.duplicateCheckSec to 0 if it is not',
        ]
      : [
          'a link card of the mini-program chat is taken to open the kf chat: set handoff.pagepath if it does not',
          `late messages are known by ${settings.windowClosedErrcodes.join(', ')}: windowClosedErrcodes`,
          `a message id that was used is known by ${settings.duplicateMsgidErrcodes.join(', ')}: duplicateMsgidErrcodes`,
          'agents are taken to see what was said before they took the chat: else add app to handoff.transcriptVia',
          `how often may be asked without a notification is not published: pollSec ${settings.pollSec}`,
        ];
  return texts.map((text) => warn(`to settle with a real company: ${text}`));
}
