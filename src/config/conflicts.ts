import type { Finding } from './faults.ts';
import { valueAt } from './setting.ts';

/** Faults between tenants, and those that no single setting has. Takes the file as it stands, whatever else is wrong with it. */
export function findConflicts(value: unknown): readonly Finding[] {
  const tenants = entriesOf(valueAt(value, ['tenants']));
  return [
    ...findSharedAppids(tenants),
    ...tenants.flatMap(([name, tenant]) => checkHelpdeskCount(name, tenant)),
  ];
}

/** Things to think about that do not stop a start. */
export function findDoubts(value: unknown): readonly Finding[] {
  const isEmpty = entriesOf(valueAt(value, ['tenants'])).length === 0;
  return isEmpty ? [{ path: ['tenants'], text: 'no tenant is configured: every push will be refused' }] : [];
}

type Entries = readonly (readonly [string, unknown])[];

/** One account may have one tenant only: two would answer for the same visitors. */
function findSharedAppids(tenants: Entries): readonly Finding[] {
  const owners = new Map<string, string>();
  return tenants.flatMap(([name, tenant]) => {
    const appid = valueAt(tenant, ['wechat', 'appid']);
    if (typeof appid !== 'string' || appid === '') return [];
    const owner = owners.get(appid);
    if (owner === undefined) owners.set(appid, name);
    const text = `expected an appid of its own, got that of tenant ${owner}`;
    return owner === undefined ? [] : [{ path: ['tenants', name, 'wechat', 'appid'], text }];
  });
}

function checkHelpdeskCount(name: string, tenant: unknown): readonly Finding[] {
  const helpdesks = valueAt(tenant, ['helpdesks']);
  if (typeof helpdesks !== 'object' || helpdesks === null) return [];
  const path = ['tenants', name, 'helpdesks'];
  const [first, ...others] = Object.keys(helpdesks);
  if (first === undefined) return [{ path, text: 'expected a helpdesk by a name of your choice' }];
  const text = 'expected one helpdesk; several of a tenant come later';
  return others.map((other) => ({ path: [...path, other], text }));
}

function entriesOf(value: unknown): Entries {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
