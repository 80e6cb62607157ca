import { describe, expect, test } from 'vitest';
import { webhook } from '../../../adapters/webhook/index.ts';
import { OTHER_SECRET, openAdapter, SECRET } from './desk.ts';

const needed = { url: 'http://127.0.0.1:4000/kefu?team=1', secret: SECRET };
const faultsOf = (settings: object) =>
  webhook.settings.safeParse({ ...needed, ...settings }).error?.issues.map(({ path }) => path.join('.')) ??
  [];

describe('the settings', () => {
  test('need an address and a secret', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ url: undefined, secret: undefined })).toEqual(['url', 'secret']);
  });

  test.each([
    ['without its prefix', SECRET.slice(6)],
    ['that is no base64', 'whsec_not+base64!'],
    ['whose base64 is not filled up', 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY'],
    ['of 23 bytes', `whsec_${Buffer.alloc(23, 1).toString('base64')}`],
    ['of 65 bytes', `whsec_${Buffer.alloc(65, 1).toString('base64')}`],
    ['that is empty', ''],
  ])('refuse a secret %s', (_what, secret) => {
    expect(faultsOf({ secret })).toEqual(['secret']);
    expect(faultsOf({ previousSecrets: [secret] })).toEqual(['previousSecrets.0']);
  });

  test.each([24, 32, 64])('take a secret of %i bytes', (bytes) => {
    expect(faultsOf({ secret: `whsec_${Buffer.alloc(bytes, 1).toString('base64')}` })).toEqual([]);
  });

  test.each(['ftp://helpdesk.example.com', 'helpdesk', 'https://helpdesk.example.com/#top'])(
    'refuse %s for an address',
    (url) => {
      expect(faultsOf({ url })).toEqual(['url']);
    },
  );

  test('refuse what they do not know', () => {
    expect(faultsOf({ secrets: [OTHER_SECRET] })).toEqual(['']);
  });

  test('limit the calls of a second', () => {
    const settings = webhook.settings.parse({ ...needed, maxCallsPerSec: 7 });
    expect(webhook.limits?.(settings)).toEqual([{ name: '', calls: 7, perMs: 1000, scope: 'all' }]);
  });

  test('let events through, and wait for receipts, only where they say so', () => {
    expect(openAdapter().accepts.has('event')).toBe(false);
    expect(openAdapter({ forwardEvents: true }).accepts.has('event')).toBe(true);
    expect(openAdapter().receiptWithinMs).toBeUndefined();
    expect(openAdapter({ receiptWithinSec: 60 }).receiptWithinMs).toBe(60_000);
  });

  test('tell what WeChat has taken only where they say so', () => {
    expect(openAdapter().delivered).toBeUndefined();
    expect(openAdapter({ deliveryReports: true }).delivered).toBeDefined();
  });

  test('give the grades of a rating that names none', () => {
    const defaultRating = [{ id: '5', label: '五星' }];
    expect(openAdapter({ defaultRating }).ratingOptions?.(undefined, '1')).toEqual(defaultRating);
  });
});
