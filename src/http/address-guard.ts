import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** Keeps calls to URLs that came in messages away from internal addresses. */
export interface AddressGuard {
  /** Whether the URL is http or https, and its host, where it is an address, may be reached. */
  allowsHost(url: string): boolean;
  /** A name resolver that fails with `EINTERNAL` where a name leads to an internal address. */
  readonly lookup: typeof lookup;
}

/** `allowPrivate`: CIDR ranges that may be reached although they are internal. */
export function createAddressGuard(allowPrivate: readonly string[]): AddressGuard {
  const isInternal = rangesOf(internalRanges);
  const isAllowed = rangesOf(allowPrivate);
  const allows = (address: string) => isAllowed(address) || !isInternal(address);
  return {
    allowsHost(url) {
      if (!URL.canParse(url)) return false;
      const { protocol, hostname } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, '');
      return (protocol === 'http:' || protocol === 'https:') && (isIP(host) === 0 || allows(host));
    },
    lookup: guardedLookup(allows) as typeof lookup, // the overloads differ only in what `all` makes of the answer
  };
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

function guardedLookup(allows: (address: string) => boolean) {
  return (name: string, options: LookupOptions | LookupDone, done?: LookupDone) => {
    const answer = (typeof options === 'function' ? options : done) as LookupDone; // one of the two is the callback
    const asked = typeof options === 'function' ? {} : options;
    lookup(name, { ...asked, all: true }, (error, addresses) => {
      if (error) return answer(error, '');
      const refused = addresses.some(({ address }) => !allows(address));
      if (refused) return answer(Object.assign(new Error('internal address'), { code: 'EINTERNAL' }), '');
      const [first] = addresses;
      if (asked.all || !first) return answer(null, addresses);
      return answer(null, first.address, first.family);
    });
  };
}

/** IANA special-purpose registries: of IPv6, what lies outside 2000::/3 and what is special within it. */
const internalRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '4000::/2',
  '8000::/1',
];

type Family = 'ipv4' | 'ipv6';

// A list for each family: BlockList also holds IPv4 addresses against IPv6 ranges that contain ::ffff:0:0/96.
function rangesOf(ranges: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = familyOf(address);
    lists[family].addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => lists[familyOf(address)].check(address, familyOf(address));
}

function familyOf(address: string): Family {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
