import { createCipheriv } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Random } from '../../chaos/random.ts';
import type { Account } from '../../sandbox/vendors/wechat/account.ts';
import { signParts } from '../../sandbox/vendors/wechat/cipher.ts';
import { breakContent, mutateBytes } from './content.ts';
import { type FuzzCase, spoilQuery } from './fuzz-case.ts';

const folder = new URL('../vendors/payloads/wechat/', import.meta.url);
const names = readdirSync(folder);
const samples = {
  xml: names.filter((name) => name.endsWith('.xml')).map(readSample),
  json: names.filter((name) => name.endsWith('.json')).map(readSample),
};

/** A push with something wrong: half of them are signed (and encrypted) correctly over broken content. */
export function makePush(account: Account, path: string, random: Random): FuzzCase {
  const content = Buffer.from(renumber(pickSample(account, random), random));
  const isProved = random.next() < 0.5;
  const inner = isProved ? breakContent(content.toString(), random) : content;
  const { query, body } = wrap(account, inner, random);
  if (isProved) return { method: 'POST', path, query, headers: headersOf(random), body };
  if (random.next() < 0.5)
    return { method: 'POST', path, query, headers: {}, body: mutateBytes(body, random) };
  return {
    method: random.pick(methods),
    path,
    query: spoilQuery(query, random),
    headers: headersOf(random),
    body,
  };
}

const methods: readonly [string, ...string[]] = [
  'POST',
  'POST',
  'POST',
  'GET',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
];

type Query = readonly (readonly [string, string])[];

function wrap(
  account: Account,
  inner: Buffer,
  random: Random,
): { readonly query: Query; readonly body: Buffer } {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = String(random.between(100_000, 2_000_000_000));
  const common: Query = [
    ['signature', signParts([account.token, timestamp, nonce])],
    ['timestamp', timestamp],
    ['nonce', nonce],
    ['openid', 'oSim0000000000000000000user1'],
  ];
  if (account.mode === 'plain') return { query: common, body: inner };
  const encrypted = encryptOddly(account, inner, random);
  const fields = { ToUserName: account.originalId, Encrypt: encrypted };
  const body =
    account.format === 'json'
      ? JSON.stringify(fields)
      : `<xml><ToUserName><![CDATA[${fields.ToUserName}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
  const signed = signParts([account.token, timestamp, nonce, encrypted]);
  return {
    query: [...common, ['encrypt_type', 'aes'], ['msg_signature', signed]],
    body: Buffer.from(body),
  };
}

/** As WeChat encrypts; one time in eight with a wrong padding, length, end, or in other letters than base64's. */
function encryptOddly(account: Account, inner: Buffer, random: Random): string {
  const oddity = random.between(0, 31);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(
    oddity === 0 ? 0xffffffff : Math.max(0, inner.length + (oddity === 1 ? random.between(-5, 50) : 0)),
    0,
  );
  const appid = oddity === 2 ? 'wx0000000000000000' : account.appid;
  const plain = Buffer.concat([Buffer.alloc(16, 7), length, inner, Buffer.from(appid)]);
  const count = 32 - (plain.length % 32);
  const padding = Buffer.alloc(count, oddity === 3 ? random.pick([0, 33, 255]) : count);
  const key = Buffer.from(`${account.encodingAESKey}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const encrypted = Buffer.concat([cipher.update(Buffer.concat([plain, padding])), cipher.final()]).toString(
    'base64',
  );
  return oddity === 4
    ? random.pick(['', '====', `${encrypted}A`, encrypted.slice(0, -5), `${encrypted} `, '💥'])
    : encrypted;
}

function headersOf(random: Random): Readonly<Record<string, string>> {
  return random.next() < 0.8 ? { 'Content-Type': 'text/xml' } : random.pick(oddHeaders);
}

const oddHeaders: readonly [Readonly<Record<string, string>>, ...Readonly<Record<string, string>>[]] = [
  {},
  { 'Content-Type': 'multipart/form-data; boundary=' },
  { 'Content-Type': 'application/json; charset=utf-16', 'Content-Encoding': 'gzip' },
  { 'X-Forwarded-For': '"><script>', Cookie: `a=${'b'.repeat(4000)}` },
  { Expect: '100-continue' },
];

function pickSample({ format }: Account, random: Random): string {
  const list = samples[format];
  return list[random.between(0, list.length - 1)] ?? '';
}

/** Messages of their own, so that they are no repeats. */
function renumber(sample: string, random: Random): string {
  return sample.replace(/(MsgId\W{1,3})\d+/, (_, before) => `${before}${random.between(1, 2 ** 50)}`);
}

function readSample(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}
