import type { ChannelDefinition } from '../ports/channel-definition.ts';
import type { AdapterDefinition } from '../ports/helpdesk.ts';
import type { Finding } from './faults.ts';
import { channelNames, type Definitions } from './frame.ts';
import { valueAt } from './setting.ts';

type Entries = readonly (readonly [string, unknown])[];

interface Known {
  readonly adapters: readonly AdapterDefinition[];
  readonly channels: readonly ChannelDefinition[];
  /** Of all that there are. */
  readonly names: readonly string[];
}

/** Faults of tenants that may have another channel than WeChat. */
export function findChannelConflicts(
  tenants: Entries,
  definitions: Pick<Definitions, 'adapters' | 'channels' | 'channelNames'>,
): readonly Finding[] {
  const { adapters, channels = [] } = definitions;
  const known: Known = { adapters, channels, names: channelNames(definitions) };
  if (known.names.length === 0) return [];
  return [
    ...tenants.flatMap(([name, tenant]) => countChannels(name, tenant, known)),
    ...tenants.flatMap(([name, tenant]) => findStrangeAgents(name, tenant, known)),
    ...findSharedAccounts(tenants, known),
  ];
}

/** One, and not two: a conversation is a visitor of one tenant, and of one account. */
function countChannels(name: string, tenant: unknown, { names: others }: Known): readonly Finding[] {
  if (typeof tenant !== 'object' || tenant === null) return [];
  const names = ['wechat', ...others];
  const [first, second] = names.filter((key) => valueAt(tenant, [key]) !== undefined);
  const path = ['tenants', name];
  if (first === undefined) return [{ path, text: `expected one of ${names.join(', ')}, got nothing` }];
  if (second === undefined) return [];
  const text = `expected ${first} or ${second}, got both: each account is a tenant of its own`;
  return [{ path: [...path, second], text }];
}

/** Messages can be handed over to the agents of a WeChat account only. */
function findStrangeAgents(name: string, tenant: unknown, { adapters }: Known): readonly Finding[] {
  if (valueAt(tenant, ['wechat']) !== undefined) return [];
  return helpdesksOf(tenant).flatMap(([helpdesk, settings]) => {
    const adapter = valueAt(settings, ['adapter']);
    const isStrange = adapters.some((known) => known.handsOver && known.name === adapter);
    const path = ['tenants', name, 'helpdesks', helpdesk, 'adapter'];
    return isStrange ? [{ path, text: `expected a tenant with wechat for ${String(adapter)}` }] : [];
  });
}

/** Whoever reads an account's messages takes them from whoever else would. */
function findSharedAccounts(tenants: Entries, { adapters, channels }: Known): readonly Finding[] {
  const owners = new Map<unknown, string>();
  const claimed = tenants.flatMap(([name, tenant]) =>
    channels.flatMap((channel): readonly Finding[] => {
      const account = valueAt(tenant, [channel.name, channel.accountSetting]);
      if (typeof account !== 'string' || account === '') return [];
      const first = owners.get(account);
      if (first === undefined) owners.set(account, name);
      const path = ['tenants', name, channel.name, channel.accountSetting];
      return first === undefined ? [] : [{ path, text: takenBy(first) }];
    }),
  );
  const used = tenants.flatMap(([name, tenant]) =>
    helpdesksOf(tenant).flatMap(([helpdesk, settings]): readonly Finding[] => {
      const adapter = adapters.find((known) => known.name === valueAt(settings, ['adapter']));
      return (adapter?.accountsIn?.(settings) ?? []).flatMap(({ path, account }) => {
        const owner = owners.get(account);
        const place = ['tenants', name, 'helpdesks', helpdesk, ...path];
        return owner === undefined ? [] : [{ path: place, text: takenBy(owner) }];
      });
    }),
  );
  return [...claimed, ...used];
}

function takenBy(tenant: string): string {
  return `expected an account of its own: that of tenant ${tenant} is its channel, and nobody else can read it`;
}

function helpdesksOf(tenant: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  const helpdesks = valueAt(tenant, ['helpdesks']);
  if (typeof helpdesks !== 'object' || helpdesks === null) return [];
  return Object.entries(helpdesks).filter(
    ([, settings]) => typeof settings === 'object' && settings !== null,
  );
}
