import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createAddressGuard } from '../../src/http/address-guard.ts';

/** What the names of these tests lead to; other names go to the machine's resolver. */
const names: Record<string, readonly string[]> = {
  'public.example': ['93.184.215.14', '2606:2800:21f:cb07::1'],
  'inner.example': ['10.1.2.3'],
  'inner6.example': ['fd00::1'],
  'metadata.example': ['169.254.169.254'],
  'mixed.example': ['93.184.215.14', '127.0.0.1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'localhost.': ['127.0.0.1'],
};

vi.mock('node:dns', async (importOriginal) => {
  const dns = await importOriginal<typeof import('node:dns')>();
  const lookup = (name: string, options: object, done: (error: null, found: LookupAddress[]) => void) => {
    const found = names[name]?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (found) done(null, found);
    else dns.lookup(name, options, done as never);
  };
  return { ...dns, lookup };
});

const guard = createAddressGuard([]);

describe('an address in a URL', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '0x7f000001',
    '0x7f.1',
    '0',
    '0.0.0.0',
    '１２７.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    'user:secret@127.0.0.1',
    '127.0.0.1:80',
    '10.255.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:8.8.8.8]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[2001:db8::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[5f00::1]',
  ])('is internal: %s', (host) => {
    expect(guard.allowsHost(`http://${host}/a.png`)).toBe(false);
  });

  test.each([
    '8.8.8.8',
    '93.184.215.14:8080',
    '172.32.0.1',
    '100.128.0.1',
    '[2606:4700::1111]',
    '[2400:3200::1]',
  ])('is public: %s', (host) => {
    expect(guard.allowsHost(`https://${host}/a.png`)).toBe(true);
  });

  test.each([
    'file:///etc/passwd',
    'ftp://8.8.8.8/',
    'gopher://8.8.8.8/',
    'data:,a',
    '',
    '//8.8.8.8/',
    'http://',
    'http://[fe80::1%25lo]/',
  ])('must be one of http: %j', (url) => {
    expect(guard.allowsHost(url)).toBe(false);
  });

  test('that is internal stays so in every way to write it', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const inner = fc.oneof(
      fc.tuple(fc.constantFrom(10, 127), byte, byte, byte),
      fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
      fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    );
    const write = fc.constantFrom(
      (bytes: readonly number[]) => bytes.join('.'),
      (bytes: readonly number[]) => bytes.map((one) => `0x${one.toString(16)}`).join('.'),
      (bytes: readonly number[]) => bytes.map((one) => `0${one.toString(8)}`).join('.'),
      (bytes: readonly number[]) => String(Buffer.from(bytes).readUInt32BE()),
      (bytes: readonly number[]) => `0x${Buffer.from(bytes).toString('hex')}`,
      (bytes: readonly number[]) => `${bytes[0]}.${Buffer.from(bytes).readUIntBE(1, 3)}`,
      (bytes: readonly number[]) => `[::ffff:${bytes.join('.')}]`,
      (bytes: readonly number[]) => `[64:ff9b::${bytes.join('.')}]`,
    );
    fc.assert(
      fc.property(inner, write, (bytes, spell) => {
        expect(guard.allowsHost(`http://${spell(bytes)}/`)).toBe(false);
      }),
    );
  });
});

describe('ranges that are allowed', () => {
  const opened = createAddressGuard(['10.1.0.0/16', 'fd00::1/128', '192.168.1.1/32']);

  test.each(['10.1.255.1', '[fd00::1]', '192.168.1.1'])('may be reached: %s', (host) => {
    expect(opened.allowsHost(`http://${host}/`)).toBe(true);
  });

  test.each(['10.2.0.1', '127.0.0.1', '[fd00::2]', '192.168.1.2', '[::1]'])('open no other: %s', (host) => {
    expect(opened.allowsHost(`http://${host}/`)).toBe(false);
  });

  test('without a length are one address', () => {
    const one = createAddressGuard(['10.1.2.3', 'fd00::1']);
    expect(
      ['10.1.2.3', '[fd00::1]', '10.1.2.4', '[fd00::2]'].map((host) => one.allowsHost(`http://${host}/`)),
    ).toEqual([true, true, false, false]);
  });

  test('of all addresses of one family open none of the other', () => {
    const four = createAddressGuard(['0.0.0.0/0']);
    expect([four.allowsHost('http://127.0.0.1/'), four.allowsHost('http://[::1]/')]).toEqual([true, false]);
    const six = createAddressGuard(['::/0']);
    expect([six.allowsHost('http://127.0.0.1/'), six.allowsHost('http://[::1]/')]).toEqual([false, true]);
  });
});

type Found = { readonly code?: string; readonly address?: unknown; readonly family?: unknown };

function find(name: string, options?: object, by = guard): Promise<Found> {
  return new Promise((resolve) => {
    const done = (error: NodeJS.ErrnoException | null, address: unknown, family: unknown) =>
      resolve(error ? { code: error.code ?? '' } : { address, family });
    if (options) by.lookup(name, options, done);
    else by.lookup(name, done as never);
  });
}

describe('a name', () => {
  test('gives its addresses where all are public', async () => {
    expect(await find('public.example', { all: true })).toEqual({
      address: [
        { address: '93.184.215.14', family: 4 },
        { address: '2606:2800:21f:cb07::1', family: 6 },
      ],
      family: undefined,
    });
    expect(await find('public.example', {})).toEqual({ address: '93.184.215.14', family: 4 });
    expect(await find('public.example')).toEqual({ address: '93.184.215.14', family: 4 });
  });

  test.each([
    'inner.example',
    'inner6.example',
    'metadata.example',
    'mixed.example',
    'mapped.example',
    'localhost',
    'localhost.',
  ])('is refused where one is internal: %s', async (name) => {
    expect(await find(name, { all: true })).toEqual({ code: 'EINTERNAL' });
    expect(await find(name, {})).toEqual({ code: 'EINTERNAL' });
  });

  test('may lead to an internal address that is allowed', async () => {
    const opened = createAddressGuard(['10.0.0.0/8']);
    expect(await find('inner.example', {}, opened)).toEqual({ address: '10.1.2.3', family: 4 });
  });

  test('that is unknown fails as it does without the guard', async () => {
    expect(await find('nobody.invalid', { all: true })).toEqual({
      code: expect.stringMatching(/^E(NOTFOUND|AI_AGAIN)$/),
    });
  });
});
