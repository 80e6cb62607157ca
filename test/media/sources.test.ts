import { expect, test } from 'vitest';
import { mediaSources } from '../../src/media-sources.ts';
import type { MediaFetch, MediaSink } from '../../src/ports/channel.ts';
import type { MediaRequest } from '../../src/ports/helpdesk.ts';
import type { Tenant } from '../../src/relay/bridge.ts';

const taken: MediaFetch = { kind: 'taken', type: 'image/png' };
const { signal } = new AbortController();
const into = {} as MediaSink;

/** A tenant whose helpdesk wants this for every URL; another one beside it knows none of them. */
function open(mediaRequest?: () => Promise<MediaRequest | undefined>) {
  const asked: unknown[] = [];
  const helpdesks = new Map([
    ['shop/other', { adapter: { mediaRequest: async () => ({}) } }],
    ['shop/main', { adapter: mediaRequest ? { mediaRequest } : {} }],
  ]);
  const channel = { fetchMedia: async () => ({ kind: 'gone', code: 'channel' }) };
  const tenants = new Map([['shop', { channel, helpdesks } as unknown as Tenant]]);
  const fetchFor = mediaSources(tenants, async (from, _into, _signal, request) => {
    asked.push([from.url, request]);
    return taken;
  });
  const fetch = (direction: 'reply' | 'forward', from = { url: 'https://desk.example/1' }) =>
    fetchFor({ tenant: 'shop', direction })(from, into, signal);
  return { asked, fetch };
}

test('an agent’s medium is fetched with what its helpdesk wants beside the URL', async () => {
  const { asked, fetch } = open(async () => ({ headers: { authorization: 'Bearer t' } }));
  expect(await fetch('reply')).toBe(taken);
  expect(asked).toEqual([['https://desk.example/1', { headers: { authorization: 'Bearer t' } }]]);
});

test('it is fetched later while the helpdesk has no token', async () => {
  const { asked, fetch } = open(async () => undefined);
  expect(await fetch('reply')).toEqual({ kind: 'later', code: 'no token' });
  expect(asked).toEqual([]);
});

test('it is fetched as it is where the helpdesk wants nothing, and a visitor’s from the channel', async () => {
  const { asked, fetch } = open();
  expect(await fetch('reply')).toBe(taken);
  expect(await fetch('forward')).toEqual({ kind: 'gone', code: 'channel' });
  expect(asked).toEqual([['https://desk.example/1', {}]]);
});
