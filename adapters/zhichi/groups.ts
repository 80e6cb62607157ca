import { textOf } from '../../src/formats/fields.ts';
import { CallFailed } from '../../src/ports/errors.ts';
import type { AgentGroup } from '../../src/ports/helpdesk.ts';
import type { ZhichiApi } from './api.ts';

/** The skill groups (技能组) that a rule can name (Zhichi, `query_group`); rejects with `CallFailed`. */
export async function listGroups(api: ZhichiApi, signal: AbortSignal): Promise<readonly AgentGroup[]> {
  const answer = await api.listGroups(signal);
  if (answer.kind !== 'ok') throw new CallFailed('query_group', answer.kind);
  return answer.items.flatMap((item) => {
    const id = textOf(item, 'groupid');
    return id === undefined ? [] : [{ id, name: textOf(item, 'group_name') ?? '' }];
  });
}
