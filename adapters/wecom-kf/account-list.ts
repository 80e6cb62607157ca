import { type Fields, listOf, textOf } from '../../src/formats/fields.ts';
import { CallFailed } from '../../src/ports/errors.ts';
import type { AgentGroup } from '../../src/ports/helpdesk.ts';
import { accountsOf } from './accounts.ts';
import type { Answer } from './call.ts';
import type { Desk } from './desk.ts';
import { accountsAPage, type KfApi } from './kf-api.ts';

/** A company has at most 5000 kf accounts. */
const mostPages = 50;

/** All kf accounts of the company that the application sees. */
export async function readAccounts(
  api: Pick<KfApi, 'accounts'>,
  signal: AbortSignal,
): Promise<
  | { readonly kind: 'accounts'; readonly accounts: readonly Fields[] }
  | { readonly kind: 'failed'; readonly failure: Exclude<Answer, { kind: 'ok' }> }
> {
  const accounts: Fields[] = [];
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await api.accounts(signal, page * accountsAPage);
    if (answer.kind !== 'ok') return { kind: 'failed', failure: answer };
    const listed = listOf(answer.fields, 'account_list');
    accounts.push(...listed);
    if (listed.length < accountsAPage) break;
  }
  return { kind: 'accounts', accounts };
}

/** The accounts that a rule may name as a group, with their names. */
export async function listGroups(
  { settings, api }: Desk,
  signal: AbortSignal,
): Promise<readonly AgentGroup[]> {
  const found = await readAccounts(api, signal);
  if (found.kind === 'failed') throw new CallFailed('/cgi-bin/kf/account/list', found.failure.kind);
  const ours = accountsOf(settings);
  return found.accounts.flatMap((account) => {
    const id = textOf(account, 'open_kfid') ?? '';
    return ours.includes(id) ? [{ id, name: textOf(account, 'name') ?? '' }] : [];
  });
}
