import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { MeiqiaOptions } from '../../sandbox/vendors/meiqia.ts';
import { openBridgeDouble } from './bridge-double.ts';
import { type App, NOW, OWN_ID, withApp } from './meiqia-bench.ts';

type Bridge = Awaited<ReturnType<typeof openBridgeDouble>>;

/** A visitor in a conversation, and a bridge that keeps what is called back from then on. */
async function withBridge(
  run: (app: App, bridge: Bridge) => Promise<void>,
  options: Partial<MeiqiaOptions> = {},
): Promise<void> {
  const bridge = await openBridgeDouble(() => NOW);
  try {
    await withApp(
      async (app) => {
        const visitor = await app.visitor();
        await app.sealed(visitor, 'client/device_token', { device_token: `kb1-${OWN_ID}` });
        await app.schedule(visitor);
        app.meiqia.changeSettings({ pushUrl: `${bridge.url}/push` });
        await run(app, bridge);
      },
      { greeting: '', ...options },
    );
  } finally {
    await bridge.close();
  }
}

const bodyOf = (bridge: Bridge, index = 0) => JSON.parse(String(bridge.calls[index]?.body));

describe('the worked example of a push', () => {
  const example =
    '{"clientId":"2Fq7mXr0aBcDeFgHiJkLmNoPqRs","contentType":"text","content":"您好，请问有什么可以帮您？",' +
    '"customizedData":{"name":"微信用户7f3a"},"customizedId":"oAbCdEfGhIjKlMnOpQrStUvWxYz0","deviceOS":"Android",' +
    '"deviceToken":"kb1-oAbCdEfGhIjKlMnOpQrStUvWxYz0","fromName":"小李","id":"5836210933","messageId":"904512377",' +
    '"messageTime":"2026-01-05T08:30:12.120394","type":"message"}';

  test('has its signature', () =>
    withBridge(async ({ meiqia }, bridge) => {
      const secret = '$2a$12$madeUpSecretKeyForTheExample.0123456789abcdefghijklm';
      expect(await meiqia.push({}, { body: example, secret })).toMatchObject({ isTaken: true });
      const [call] = bridge.calls;
      expect(call).toMatchObject({ method: 'POST', path: '/callback/shop/main/push' });
      expect(call?.body).toHaveLength(398);
      expect(call?.headers.authorization).toBe(
        'meiqia_sign:MTk2NzBlM2QwY2QxZTU2OGJiOTRjYzYyNTM3ZDkxYmJjODZkOTNmOA==',
      );
    }));
});

describe('a push', () => {
  test('has the fields that the page names, and a signature over its bytes', () =>
    withBridge(async ({ meiqia }, bridge) => {
      await meiqia.agentSays(OWN_ID, '稍等');
      const [call] = bridge.calls;
      const hex = createHmac('sha1', meiqia.settings.secretKey)
        .update(call?.body ?? '')
        .digest('hex');
      expect(call?.headers.authorization).toBe(`meiqia_sign:${Buffer.from(hex).toString('base64')}`);
      expect(bodyOf(bridge)).toEqual({
        clientId: meiqia.visitorOf(OWN_ID)?.trackId,
        contentType: 'text',
        content: '稍等',
        customizedData: {},
        customizedId: OWN_ID,
        deviceOS: 'Android',
        deviceToken: `kb1-${OWN_ID}`,
        fromName: '小李',
        id: expect.stringMatching(/^\d{16}$/),
        messageId: meiqia.conversationOf(OWN_ID)?.id,
        messageTime: expect.stringMatching(/^2026-01-05T08:29:58\.123\d{3}$/),
        type: 'message',
      });
    }));

  test('of the older form has the message in messageId', () =>
    withBridge(
      async ({ meiqia }, bridge) => {
        const { id } = await meiqia.agentSays(OWN_ID, '稍等');
        expect(bodyOf(bridge)).not.toHaveProperty('id');
        expect(bodyOf(bridge).messageId).toBe(id);
      },
      { pushIds: 'older' },
    ));

  test('comes for texts, pictures and recordings alone, and never for what agents say among themselves', () =>
    withBridge(async ({ meiqia }, bridge) => {
      for (const contentType of ['photo', 'audio', 'video', 'file', 'hybrid']) {
        meiqia.agentSends(OWN_ID, { contentType, content: 'x' });
      }
      meiqia.agentSends(OWN_ID, { contentType: 'text', content: 'x', type: 'internal' });
      await meiqia.agentSays(OWN_ID, '稍等');
      await expect.poll(() => bridge.calls.length).toBe(3);
      const types = bridge.calls.map((_call, index) => bodyOf(bridge, index).contentType);
      expect(types.toSorted()).toEqual(['audio', 'photo', 'text']);
    }));

  test('that is not taken is not sent again, unless the settings say so', () =>
    withBridge(async ({ meiqia }, bridge) => {
      bridge.answer = () => ({ status: 500, type: 'text/plain', body: '' });
      expect(await meiqia.agentSays(OWN_ID, '一')).toMatchObject({
        isTaken: false,
        tries: [{ status: 500 }],
      });
      meiqia.changeSettings({ pushTries: 3, pushAgainAfterMs: 0 });
      const again = await meiqia.agentSays(OWN_ID, '二');
      expect(again.tries).toHaveLength(3);
      expect(bridge.calls).toHaveLength(4);
    }));

  test('of an answer to a ticket is of its own type', () =>
    withBridge(
      async (app, bridge) => {
        const { trackId: track_id, visitId: visit_id } = app.meiqia.visitorOf(OWN_ID) ?? {};
        const left = {
          enterprise_id: '100001',
          track_id,
          visit_id,
          channel: 'sdk',
          content_type: 'text',
          content: '你好',
        };
        expect((await app.plain('client/tickets_v2', left)).status).toBe(200);
        await app.meiqia.answerTicket(OWN_ID, '已处理');
        expect(bodyOf(bridge)).toMatchObject({ type: 'reply', content: '已处理', customizedId: OWN_ID });
      },
      { agents: [] },
    ));
});

describe('a webhook', () => {
  test('tells of conversations, signed by SHA-1 of its bytes and the secret', () =>
    withBridge(async ({ meiqia }, bridge) => {
      const webhookSecret = 'madeUpWebhookSecret01';
      meiqia.changeSettings({ webhookSecret, webhookUrl: `${bridge.url}/webhook` });
      const conv = meiqia.conversationOf(OWN_ID)?.id;
      meiqia.endConversation(OWN_ID);
      await expect.poll(() => bridge.calls.length).toBe(1);
      const [call] = bridge.calls;
      expect(call?.path).toBe('/callback/shop/main/webhook');
      expect(call?.headers['meiqia-signature']).toBe(
        createHash('sha1').update(`${call?.body}${webhookSecret}`).digest('hex'),
      );
      expect(bodyOf(bridge)).toMatchObject({
        event: 'conversation.closed',
        created_at: Math.floor(NOW / 1000),
        conversation: { conv_id: Number(conv), dev_client_id: OWN_ID },
      });
    }));
});
