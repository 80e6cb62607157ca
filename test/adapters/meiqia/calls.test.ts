import { describe, expect, test } from 'vitest';
import { encryptBody } from '../../../adapters/meiqia/cipher.ts';
import type { HttpCall, HttpResult } from '../../../src/ports/http.ts';
import { APP_KEY, attemptOf, messageOf, NOW, OPENID, openAdapter, withDesk } from './desk.ts';

const record = {
  track_id: '2Fq7mXr0aBcDeFgHiJkLmNoPqRs',
  enterprise_id: '100001',
  browser_id: '17675910000000042',
  visit_page_id: 'p',
  visit_id: 'v1',
  aes_key: 'k3bR7mQ2pX9wZ5tL',
};

function says(json: object, status = 200): HttpResult {
  return { kind: 'answer', status, headers: {}, body: Buffer.from(JSON.stringify(json)) };
}

/** An adapter whose calls are answered by hand, and one text carried by it. */
async function carryBy(answer: (call: HttpCall) => HttpResult, settings: object = {}) {
  const opened = openAdapter(settings, async (call) => answer(call));
  let attempt = attemptOf(undefined);
  let memory: ReturnType<typeof opened.adapter.fold> | undefined;
  for (let step = 0; step < 10; step++) {
    const delivery = await opened.adapter.forward(messageOf([{ kind: 'text', text: '你好，美洽' }]), attempt);
    for (const event of delivery.events ?? []) memory = opened.adapter.fold(memory, event, NOW);
    if (delivery.outcome !== 'more') return { ...opened, delivery };
    attempt = {
      ...attempt,
      progress: delivery.progress,
      memory: { conversation: memory, helpdesk: undefined },
    };
  }
  throw new Error('expected a message to be carried within 10 steps');
}

function works({ name }: HttpCall): HttpResult {
  switch (name) {
    case 'sdk/init_sdk_user':
      return says(record);
    case 'sdk/get_dev_client_id':
      return says({ found_client: false });
    case 'scheduler':
      return says({
        agent: { token: 'a1', nickname: '小李', privilege: 'agent' },
        conv: { id: 904512377 },
        messages: [],
      });
    case 'client/send_msg':
      return says({ success: true, msg: { id: 5836210911, conversation_id: 904512377 } });
    default:
      return says({});
  }
}

describe('a call', () => {
  test('of a message has the bytes of the worked example, and its proof', async () => {
    const { calls, delivery } = await carryBy(works);
    expect(delivery).toMatchObject({ outcome: 'accepted', vendorId: '5836210911' });
    const call = calls.find(({ name }) => name === 'client/send_msg');
    expect(call?.url).toBe('https://visitor-sdk.meiqia.com/client/send_msg?ent_id=100001&src=android_sdk');
    expect(String(call?.body)).toBe(
      'AAAAAAAAAAAAAAAAAAAAAB76ud633Yw1nQb3T2ogKUhX5DY/f9LYnZF5wy6tkrilcaWWckZyVU91dsSuxx6ZXn7ZekoEOfk2RxunW/0D+uCHLZYI/eZP7axNQcASuj' +
        'vBze3r7b1vSa8zVTQ8kfdYFivJH+8RQu4J6qKRKW5Aw6ERR+d2RZuk+Xkj3W2FH/Ltfo9UIVHeOShfMPScN2/yCQ==',
    );
    expect(call?.headers).toEqual({
      authorization: `${APP_KEY}:2Fq7mXr0aBcDeFgHiJkLmNoPqRs:1767601858`,
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Mozilla/5.0 (Linux; Android 13; kefu-bridge) MeiqiaSDK/ Source/SDK4.1.5 Language/zh',
      app_version: '4.1.5',
      app_platform: 'android_sdk',
      app_channel: 'sdk',
    });
  });

  test('that is neither proved nor encrypted has no Authorization', async () => {
    const { calls } = await carryBy(works);
    const [first] = calls;
    expect(first?.name).toBe('sdk/init_sdk_user');
    expect(first?.url).toBe('https://visitor-sdk.meiqia.com/sdk/init_sdk_user?src=android_sdk');
    expect(first?.headers).not.toHaveProperty('authorization');
    expect(String(first?.body)).toBe(`{"app_key":"${APP_KEY}"}`);
  });

  test('by PUT has no query', async () => {
    const { calls } = await carryBy(works);
    const put = calls.find(({ method }) => method === 'PUT');
    expect(put?.url).toBe('https://visitor-sdk.meiqia.com/client/attrs');
  });

  test('into the stream has its times as they are, and the moment at which it leaves', async () => {
    const { adapter, calls } = await carryBy(works);
    const memory = { conversation: { since: NOW }, helpdesk: undefined };
    const { conversation, signal } = attemptOf(undefined);
    await adapter.pull?.({ topic: 'stream', cursor: null, conversation, memory }, signal);
    const path = 'conversation/2Fq7mXr0aBcDeFgHiJkLmNoPqRs/messages_streams';
    const since = 'limit=100&ascending=1&last_message_created_on=2026-01-05T08:29:51.123000';
    expect(calls.at(-1)?.url).toBe(
      `https://visitor-sdk.meiqia.com/${path}?${since}&_time=1767601798123&ent_id=100001&src=android_sdk`,
    );
  });

  test('is proved anew for each attempt, when it leaves', async () => {
    await withDesk(async (desk) => {
      await desk.say('一');
      desk.clock.now += 1_000_000;
      expect((await desk.say('二')).at(-1)?.outcome).toBe('accepted');
      expect(desk.meiqia.refusals.all).toEqual([]);
    });
  });

  test.each([16, 24, 32] as const)('goes under a key of %i characters, both ways', (keyLength) =>
    withDesk(
      async (desk) => {
        expect((await desk.say('你好')).at(-1)?.outcome).toBe('accepted');
        expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['你好']);
      },
      { requestIv: 'random', wrapBase64: true },
      { keyLength },
    ),
  );

  test('is read where its answer is not encrypted, too', () =>
    withDesk(
      async (desk) => expect((await desk.say('你好')).at(-1)?.outcome).toBe('accepted'),
      {},
      { encrypts: 'none' },
    ));
});

describe('an answer that cannot be opened', () => {
  const sealed = {
    ret: encryptBody('{"success":true}', 'another-key-1234', { requestIv: 'random', wrapBase64: false }),
  };

  test('leaves a message unknown, and its visitor’s keys are fetched anew', async () => {
    const { delivery, adapter, calls } = await carryBy((call) =>
      call.name === 'client/send_msg' ? says(sealed) : works(call),
    );
    expect(delivery).toMatchObject({ outcome: 'unknown', code: 'undecryptable', afterMs: 3000 });
    expect(calls.filter(({ name }) => name === 'client/send_msg')).toHaveLength(1);
    await adapter.forward(messageOf([{ kind: 'text', text: '一' }]), attemptOf(undefined));
    expect(calls.filter(({ name }) => name === 'sdk/get_dev_client_id')).toHaveLength(2);
  });

  test('is asked for once more where that harms nobody', async () => {
    let asked = 0;
    const { delivery } = await carryBy((call) => {
      if (call.name !== 'scheduler') return works(call);
      asked += 1;
      return asked === 1 ? says(sealed) : works(call);
    });
    expect(delivery.outcome).toBe('accepted');
    expect(asked).toBe(2);
  });

  test('again and again leaves a message for later', async () => {
    const { delivery } = await carryBy((call) => (call.name === 'scheduler' ? says(sealed) : works(call)));
    expect(delivery).toMatchObject({ outcome: 'later', because: 'vendor' });
  });
});

test('keys that are fetched anew may come without the name of the visitor', async () => {
  let asked = 0;
  const { track_id: _known, ...rest } = record;
  const { delivery, calls } = await carryBy((call) => {
    if (call.name === 'sdk/init_sdk_user')
      return says(String(call.body).includes('track_id') ? rest : record);
    if (call.name !== 'scheduler') return works(call);
    asked += 1;
    return asked === 1 ? says({}, 401) : works(call);
  });
  expect(delivery.outcome).toBe('accepted');
  expect(calls.filter(({ name }) => name === 'sdk/get_dev_client_id')).toHaveLength(1);
});

describe('the host', () => {
  const isFirst = ({ url }: HttpCall) => url.startsWith('https://visitor-sdk.meiqia.com/');

  test('that says “invalid domain” sends us to the next, where later calls stay', async () => {
    const { calls, adapter } = await carryBy((call) =>
      isFirst(call) ? says({ message: 'invalid domain' }, 400) : works(call),
    );
    expect(calls.filter(isFirst)).toHaveLength(1);
    const other = {
      ...attemptOf(undefined),
      conversation: { ...attemptOf(undefined).conversation, visitor: 'oOther_1' },
    };
    await adapter.forward(messageOf([{ kind: 'text', text: '一' }]), other);
    expect(calls.filter(isFirst)).toHaveLength(1);
  });

  test('that refuses for another reason is stayed with, and somebody is told', async () => {
    const { calls, delivery } = await carryBy((call) =>
      isFirst(call) ? says({ message: 'no' }, 400) : works(call),
    );
    expect(calls).toHaveLength(1);
    expect(delivery).toMatchObject({
      outcome: 'later',
      because: 'vendor',
      alarm: expect.stringContaining('400'),
    });
  });

  test('that does not know the AppKey is an alarm', async () => {
    const { delivery } = await carryBy(() => says({}, 404));
    expect(delivery).toMatchObject({
      outcome: 'later',
      because: 'vendor',
      alarm: expect.stringContaining('AppKey'),
    });
  });

  test.each([
    ['https://eu-api.meiqia.com', 'accepted'],
    ['https://meiqia.com.example.org', 'later'],
    ['http://new.meiqia.com', 'later'],
    ['https://notmeiqia.com', 'later'],
  ])('%s, which the directory names, is %s', async (backendApi, outcome) => {
    const { delivery } = await carryBy(
      (call) => {
        if (call.url.startsWith('https://visitor-edge.meiqia.com/summer/sdk/'))
          return says({ data: { backendApi } });
        return call.url.startsWith(backendApi) ? works(call) : { kind: 'notSent', code: 'econnrefused' };
      },
      { hostDiscovery: true },
    );
    expect(delivery.outcome).toBe(outcome);
  });

  test('is asked for in the directory where none that is known serves the enterprise', async () => {
    const backendApi = 'https://eu-api.meiqia.com';
    const { delivery } = await carryBy(
      (call) => {
        if (call.name === 'summer/sdk/') return says({ data: { backendApi } });
        return call.url.startsWith(backendApi) ? works(call) : says({ message: 'invalid domain' }, 400);
      },
      { hostDiscovery: true },
    );
    expect(delivery.outcome).toBe('accepted');
  });

  test('is never asked for in a directory unless somebody wants it', async () => {
    const { calls } = await carryBy(() => ({ kind: 'notSent', code: 'econnrefused' }));
    expect(calls.map(({ url }) => new URL(url).host)).toEqual(['visitor-sdk.meiqia.com']);
  });
});

test('the visitor’s own id is his openid, or nothing that could be guessed', () => {
  const nobody = () => Promise.reject(new Error('never called'));
  const ids = (settings: object) => openAdapter(settings, nobody).adapter;
  const open = ids({});
  const { conversation } = attemptOf(undefined);
  expect(open.visitorIds(conversation)).toEqual([OPENID]);
  expect(open.visitorIds({ ...conversation, visitor: 'o1' })).toEqual(['wx-o1-']);
  const hmac = ids({ visitorIds: 'hmac', idSecret: 's3cret' });
  const [id = ''] = hmac.visitorIds(conversation);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(hmac.visitorIds({ ...conversation, appid: 'wx2' })).not.toEqual([id]);
});
