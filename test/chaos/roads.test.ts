import { afterEach, describe, expect, test } from 'vitest';
import { openRoads, type Roads } from '../../chaos/roads.ts';
import { openServer, type VendorServer } from '../../sandbox/vendors/server.ts';

let roads: Roads;
let vendor: VendorServer;

afterEach(async () => {
  await roads.close();
  await vendor.close();
});

describe('the roads out of instances', () => {
  test('tell who called, of whom, and with which words', async () => {
    const seen: string[] = [];
    vendor = await openServer({
      host: '127.0.0.1',
      port: 0,
      now: Date.now,
      keep: 10,
      handle({ path, query, body }) {
        seen.push(`${path} ${query} ${body}`);
        return { status: 200, type: 'application/json', body: '{"errcode":0}' };
      },
      refuse: () => ({ status: 500, type: 'text/plain', body: '' }),
    });
    roads = openRoads();
    const road = await roads.open({ instance: 'i2', to: vendor.url, direction: 'reply' });
    const visitor = 'oChaos0000000000000000000007';
    const body = JSON.stringify({
      touser: visitor,
      text: { content: '答3。您好，有货的。\n答4。您好，有货的。' },
    });
    const response = await fetch(`${road.url}/send?access_token=t`, { method: 'POST', body });
    expect(await response.json()).toEqual({ errcode: 0 });
    expect(seen).toEqual([`/send access_token=t ${body}`]);
    expect(roads.calls).toEqual([
      { at: expect.any(Number), instance: 'i2', direction: 'reply', path: '/send', visitor, numbers: [3, 4] },
    ]);
  });
});
