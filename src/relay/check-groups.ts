import type { Finding } from '../ports/channel.ts';
import type { AgentGroup } from '../ports/helpdesk.ts';
import type { Helpdesk, Tenant } from './bridge.ts';

/** Groups that rules name and the helpdesk does not know, where it can list them. */
export async function checkGroups(
  { routing }: Pick<Tenant, 'routing'>,
  { id, adapter }: Pick<Helpdesk, 'id' | 'adapter'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const named = (routing?.rules ?? [])
    .filter((rule) => (rule.helpdesk ?? routing?.home) === id)
    .flatMap(({ routing: { group } }) => (group === undefined ? [] : [group]));
  if (named.length === 0 || !adapter.groups) return [];
  let groups: readonly AgentGroup[];
  try {
    groups = await adapter.groups(signal);
  } catch {
    return [
      { level: 'warn', text: 'the groups that rules name could not be compared: they cannot be listed now' },
    ];
  }
  const known = groups.map((group) => `${group.id} (${group.name})`).join(', ');
  return [...new Set(named)]
    .filter((group) => !groups.some((one) => one.id === group))
    .map((group) => ({ level: 'warn', text: `a rule names the group ${group}, which is none of ${known}` }));
}
