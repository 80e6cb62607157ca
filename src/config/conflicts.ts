import type { AdapterDefinition } from '../ports/helpdesk.ts';
import { findChannelConflicts } from './channel-conflicts.ts';
import type { Finding } from './faults.ts';
import type { Definitions } from './frame.ts';
import { nearestName } from './nearest.ts';
import { valueAt } from './setting.ts';

/** Faults between tenants, and those that no single setting has. Takes the file as it stands, whatever else is wrong with it. */
export function findConflicts(
  value: unknown,
  definitions: Pick<Definitions, 'adapters' | 'channels' | 'channelNames'>,
): readonly Finding[] {
  const tenants = entriesOf(valueAt(value, ['tenants']));
  const components = entriesOf(valueAt(value, ['components']));
  return [
    ...checkMediaFolder(value),
    ...checkCache(value),
    ...findSharedAppids(tenants, components),
    ...tenants.flatMap(([name, tenant]) => checkComponent(name, tenant, components)),
    ...tenants.flatMap(([name, tenant]) => checkHelpdesks(name, tenant, definitions.adapters)),
    ...findChannelConflicts(tenants, definitions),
  ];
}

/** Things to think about that do not stop a start. */
export function findDoubts(value: unknown): readonly Finding[] {
  const isEmpty = entriesOf(valueAt(value, ['tenants'])).length === 0;
  return isEmpty ? [{ path: ['tenants'], text: 'no tenant is configured: every push will be refused' }] : [];
}

/** What several bridges share is not kept in one of them. */
function checkCache(value: unknown): readonly Finding[] {
  if (!isInPostgres(value) || valueAt(value, ['cache']) !== 'memory') return [];
  return [{ path: ['cache'], text: 'expected store or redis://HOST:PORT beside a store in postgres' }];
}

/** Whoever is asked for a medium must have it: a folder of one machine is no place for the media of several. */
function checkMediaFolder(value: unknown): readonly Finding[] {
  const [folder, isShared] = [valueAt(value, ['media', 'folder']), valueAt(value, ['media', 'shared'])];
  const isOnPostgres = isInPostgres(value);
  if (isOnPostgres && folder !== undefined && isShared !== true) {
    const text =
      'expected no folder, as media are in the database with postgres, or media.shared: true if it is the same on all instances';
    return [{ path: ['media', 'folder'], text }];
  }
  if (isShared !== true || (isOnPostgres && folder !== undefined)) return [];
  return [{ path: ['media', 'shared'], text: 'expected it with postgres and a media.folder only' }];
}

function isInPostgres(value: unknown): boolean {
  return /^postgres(?:ql)?:/.test(String(valueAt(value, ['store'])));
}

type Entries = readonly (readonly [string, unknown])[];

/** One account may have one tenant only: two would answer for the same visitors. A platform is no account. */
function findSharedAppids(tenants: Entries, components: Entries): readonly Finding[] {
  const owners = new Map<string, string>();
  const claim = (owner: string, path: Finding['path'], appid: unknown): readonly Finding[] => {
    if (typeof appid !== 'string' || appid === '') return [];
    const first = owners.get(appid);
    if (first === undefined) owners.set(appid, owner);
    return first === undefined ? [] : [{ path, text: `expected an appid of its own, got that of ${first}` }];
  };
  return [
    ...components.flatMap(([name, component]) =>
      claim(`component ${name}`, ['components', name, 'appid'], valueAt(component, ['appid'])),
    ),
    ...tenants.flatMap(([name, tenant]) =>
      claim(`tenant ${name}`, ['tenants', name, 'wechat', 'appid'], valueAt(tenant, ['wechat', 'appid'])),
    ),
  ];
}

function checkComponent(name: string, tenant: unknown, components: Entries): readonly Finding[] {
  const wanted = valueAt(tenant, ['wechat', 'component']);
  if (typeof wanted !== 'string' || components.some(([component]) => component === wanted)) return [];
  const known = components.map(([component]) => component).join(', ');
  const text =
    known === '' ? 'expected a component, but none is configured' : `expected one of the components ${known}`;
  return [{ path: ['tenants', name, 'wechat', 'component'], text }];
}

/** Helpdesks that messages are forwarded to, one that they are handed over to, or both: something has to lead to each. */
function checkHelpdesks(
  name: string,
  tenant: unknown,
  adapters: readonly AdapterDefinition[],
): readonly Finding[] {
  const helpdesks = valueAt(tenant, ['helpdesks']);
  if (typeof helpdesks !== 'object' || helpdesks === null) return [];
  const path = ['tenants', name, 'helpdesks'];
  const names = Object.keys(helpdesks);
  if (names.length === 0) return [{ path, text: 'expected a helpdesk by a name of your choice' }];
  const adapterOf = (helpdesk: string) => valueAt(helpdesks, [helpdesk, 'adapter']);
  const isPassive = (helpdesk: string) =>
    adapters.some((adapter) => adapter.handsOver && adapter.name === adapterOf(helpdesk));
  const [passive, ...morePassive] = names.filter(isPassive);
  const active = names.find((helpdesk) => !isPassive(helpdesk));
  const words = passive === undefined ? undefined : valueAt(helpdesks, [passive, 'handoverWords']);
  const lacksWords = words === undefined || words === null || (Array.isArray(words) && words.length === 0);
  const targets = targetsOf(tenant);
  return [
    ...morePassive.map((other) => ({
      path: [...path, other],
      text: `expected one helpdesk with the adapter ${adapterOf(other)}, got another`,
    })),
    ...(passive !== undefined &&
    active !== undefined &&
    lacksWords &&
    !targets.some(({ to }) => to === passive)
      ? [{ path: [...path, passive, 'handoverWords'], text: wordsMissing(active) }]
      : []),
    ...targets
      .filter(({ to }) => typeof to === 'string' && !names.includes(to))
      .map((target) => ({
        path: ['tenants', name, 'routing', ...target.path],
        text: `expected one of the helpdesks ${names.join(', ')}${meant(String(target.to), names)}`,
      })),
  ];
}

/** The helpdesks that the routing of a tenant names, and where. */
function targetsOf(tenant: unknown): readonly { readonly path: Finding['path']; readonly to: unknown }[] {
  const routing = valueAt(tenant, ['routing']);
  const rules = valueAt(routing, ['rules']);
  return [
    { path: ['default'], to: valueAt(routing, ['default']) },
    ...(Array.isArray(rules) ? rules : []).map((rule, place) => ({
      path: ['rules', place, 'helpdesk'],
      to: valueAt(rule, ['helpdesk']),
    })),
  ];
}

function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

function wordsMissing(other: string): string {
  return `expected the words by which a visitor leaves the helpdesk ${other} for this one, got none`;
}

function entriesOf(value: unknown): Entries {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
