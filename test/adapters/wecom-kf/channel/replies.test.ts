import { describe, expect, test } from 'vitest';
import { CUSTOMER } from '../desk.ts';
import { type KfScene, openKfScene } from './scene.ts';

const second = 1000;
const hour = 3_600_000;
const sendPath = '/cgi-bin/kf/send_msg';

/** A customer has written, and an agent has him. */
async function openTalk(options: Parameters<typeof openKfScene>[0] = {}) {
  const channel = { reserveForHuman: 0, pollSec: 86_400 };
  const scene = await openKfScene({ channel, tenant: { notices: { end: '' } }, ...options });
  scene.qiyu.changeSettings({ greeting: '' });
  await scene.people.customerSays(CUSTOMER, '在吗');
  await scene.pass(second);
  return scene;
}

async function answers({ qiyu, pass }: KfScene, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await qiyu.agentSays(CUSTOMER, text);
  await pass(second);
}

const alarms = ({ bridge }: KfScene) => bridge.lines.filter((line) => line.includes('alarm.raised'));
const sends = ({ wecom }: KfScene) => wecom.requests.all.filter(({ path }) => path === sendPath);

describe('what a customer’s message allows', () => {
  test('are five messages; what is over them waits until he writes again', async () => {
    const scene = await openTalk();
    const texts = ['1', '2', '3', '4', '5', '6'];
    for (const text of texts) await answers(scene, text);
    expect(scene.said()).toEqual(texts.slice(0, 5));
    expect(sends(scene)).toHaveLength(5);
    await scene.people.customerSays(CUSTOMER, '继续');
    await scene.pass(second);
    expect(scene.said()).toEqual(texts);
  });

  test('is corrected by WeCom, where others have spoken too', async () => {
    const scene = await openTalk();
    scene.wecom.customer(CUSTOMER).said = 4;
    await answers(scene, '1', '2');
    expect(scene.said()).toEqual(['1']);
    expect(scene.wecom.requests.all.at(-1)?.answer).toContain('95001');
    await scene.people.customerSays(CUSTOMER, '继续');
    await scene.pass(second);
    expect(scene.said()).toEqual(['1', '2']);
  });

  test('ends after 48 h: nothing is tried, and it goes once he writes again', async () => {
    const scene = await openTalk();
    await scene.pass(48 * hour);
    const before = sends(scene).length;
    await answers(scene, '迟到的');
    expect(sends(scene)).toHaveLength(before);
    await scene.people.customerSays(CUSTOMER, '继续');
    await scene.pass(second);
    expect(scene.said()).toEqual(['迟到的']);
  });

  test('ends sooner where WeCom says so', async () => {
    const scene = await openTalk();
    scene.wecom.fail({ path: sendPath, errcode: 95002 });
    await answers(scene, '1', '2');
    expect(scene.said()).toEqual([]);
    await scene.people.customerSays(CUSTOMER, '继续');
    await scene.pass(second);
    // They waited together, and are one message.
    expect(scene.said().join('\n')).toBe('1\n2');
  });
});

describe('the code of entering', () => {
  /** A reply waits for a customer whose 48 h are over, and he comes back. */
  async function openHeld() {
    const scene = await openTalk();
    await scene.pass(48 * hour + second);
    await answers(scene, '迟到的', '再迟的');
    expect(scene.said()).toEqual([]);
    return scene;
  }
  const enter = (scene: KfScene, livesMs = 20_000) => {
    const code = scene.wecom.giveWelcome(CUSTOMER, livesMs);
    const event = { scene: 'shop', scene_param: 'a=1', welcome_code: code };
    return scene.people.happens({ event_type: 'enter_session', external_userid: CUSTOMER, ...event });
  };

  test('lets what waits be said at once, by one message', async () => {
    const scene = await openHeld();
    await enter(scene);
    await scene.pass(second);
    expect(scene.wecom.said.all).toMatchObject([{ by: 'code', text: '迟到的\n再迟的' }]);
  });

  test('is worth one message, and opens no window', async () => {
    const scene = await openHeld();
    await enter(scene);
    await scene.pass(second);
    await answers(scene, '第三句');
    expect(scene.said()).toEqual(['迟到的\n再迟的']);
    expect(sends(scene)).toHaveLength(0);
    await scene.people.customerSays(CUSTOMER, '继续');
    await scene.pass(second);
    expect(scene.said().at(-1)).toBe('第三句');
  });

  test('is not tried where the answer would come too late', async () => {
    const scene = await openHeld();
    scene.people.isSilent = true;
    await enter(scene);
    await scene.pass(16 * second);
    scene.people.isSilent = false;
    await scene.people.ring();
    await scene.pass(second);
    expect(scene.said()).toEqual([]);
    expect(scene.wecom.requests.all.filter(({ path }) => path === `${sendPath}_on_event`)).toEqual([]);
  });

  test('that WeCom does not take loses nothing', async () => {
    const scene = await openHeld();
    await enter(scene, 0);
    await scene.pass(second);
    expect(scene.said()).toEqual([]);
    await scene.people.customerSays(CUSTOMER, '继续');
    await scene.pass(second);
    expect(scene.said()).toEqual(['迟到的\n再迟的']);
    expect(await scene.bridge.leftOver()).toEqual([]);
  });
});

describe('a message', () => {
  test('whose answer was lost is repeated with its id, and known to have arrived', async () => {
    const scene = await openTalk();
    scene.wecom.fail({ path: sendPath, lose: true });
    await answers(scene, '只说一次');
    await scene.pass(60 * second);
    expect(scene.said()).toEqual(['只说一次']);
    const ids = sends(scene).map(({ body }) => JSON.parse(body.toString()).msgid);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-zA-Z_-]{1,32}$/);
    expect(await scene.bridge.leftOver()).toEqual([]);
    expect(alarms(scene)).toEqual([]);
  });

  test.each<[string, object]>([
    ['is busy', { errcode: -1 }],
    ['is asked too often', { errcode: 45009 }],
    ['is asked too often at once', { errcode: 45033 }],
    ['is down', { status: 502 }],
    ['wants another token', { errcode: 42001 }],
    ['cuts the line', { reset: true }],
  ])('arrives once where WeCom %s', async (_what, effect) => {
    const scene = await openTalk();
    scene.wecom.fail({ path: sendPath, ...effect } as Parameters<typeof scene.wecom.fail>[0]);
    await answers(scene, '只说一次');
    await scene.pass(120 * second);
    expect(scene.said()).toEqual(['只说一次']);
  });

  test('that WeCom refuses for its words is given up alone, and the next goes', async () => {
    const scene = await openTalk();
    scene.wecom.fail({ path: sendPath, errcode: 40201 });
    await answers(scene, '不许说的');
    await answers(scene, '许说的');
    expect(scene.said()).toEqual(['许说的']);
    expect(await scene.bridge.leftOver()).toMatchObject([expect.stringContaining('"code":"40201"')]);
  });

  test('raises an alarm where the configuration is wrong, and is kept', async () => {
    const scene = await openTalk();
    scene.wecom.fail({ path: sendPath, errcode: 60020 });
    await answers(scene, '会到的');
    expect(alarms(scene).join()).toContain('60020');
    await scene.pass(61 * second);
    expect(scene.said()).toEqual(['会到的']);
  });

  test('that is longer than WeCom takes goes in pieces, with an id each', async () => {
    const scene = await openTalk();
    const text = `${'长'.repeat(600)}。${'文'.repeat(500)}。`;
    await answers(scene, text);
    expect(scene.said().length).toBe(2);
    expect(scene.said().join('')).toBe(text);
    expect(new Set(scene.wecom.said.all.map(({ msgid }) => msgid)).size).toBe(2);
  });

  test('that WeCom took and could not deliver is told to the agent’s helpdesk', async () => {
    const scene = await openTalk();
    await answers(scene, '到不了的');
    const [{ msgid } = { msgid: '' }] = scene.wecom.said.all;
    const failed = { external_userid: CUSTOMER, fail_msgid: msgid, fail_type: 10 };
    await scene.people.happens({ event_type: 'msg_send_fail', ...failed });
    await scene.pass(second);
    expect(await scene.bridge.leftOver()).toMatchObject([expect.stringContaining('"code":"failed 10"')]);
  });

  test('that WeCom says it could not deliver and nobody knows harms nothing', async () => {
    const scene = await openTalk();
    for (const fail_msgid of ['AAAAAAAAAAAAAAAAAAAAAA-0', 'sombodyelses', '']) {
      await scene.people.happens({
        event_type: 'msg_send_fail',
        external_userid: CUSTOMER,
        fail_msgid,
        fail_type: 4,
      });
    }
    await answers(scene, '好的');
    expect(scene.said()).toEqual(['好的']);
  });
});

describe('a chat that servicers of WeCom have', () => {
  const takes = (scene: KfScene) => scene.people.take('zhangsan', CUSTOMER);

  test('is not the helpdesk’s: words go there no more until the servicer ends it', async () => {
    const scene = await openTalk();
    await takes(scene);
    await scene.people.customerSays(CUSTOMER, '给接待人员的');
    await scene.people.servicerSays('zhangsan', CUSTOMER, '我来');
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗']);
    await scene.people.end(CUSTOMER);
    await scene.people.customerSays(CUSTOMER, '又来了');
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗', '又来了']);
  });

  test('never gets a servicer’s words as the visitor’s', async () => {
    const scene = await openTalk();
    await scene.people.servicerSays('zhangsan', CUSTOMER, '我插一句');
    await scene.pass(second);
    expect(scene.asked()).toEqual(['在吗']);
  });

  test.each([2, 3] as const)(
    'is found by what WeCom refuses in state %s, and is not taken back',
    async (state) => {
      const scene = await openTalk();
      // Native distribution: nothing tells of it.
      scene.wecom.customer(CUSTOMER).state = state;
      await answers(scene, '说不出的');
      expect(scene.said()).toEqual([]);
      await scene.people.customerSays(CUSTOMER, '给接待人员的');
      await scene.pass(second);
      expect(scene.asked()).toEqual(['在吗']);
      const calls = scene.wecom.requests.all.map(({ path }) => path);
      expect(calls).not.toContain('/cgi-bin/kf/service_state/trans');
      expect(sends(scene)).toHaveLength(1);
      await scene.pass(10 * second);
      await scene.people.end(CUSTOMER);
      await scene.people.customerSays(CUSTOMER, '又来了');
      await scene.pass(second);
      expect(scene.asked()).toEqual(['在吗', '又来了']);
      expect(scene.said()).toEqual(['说不出的']);
    },
  );

  test('that has ended takes no word: it is held, and nobody is taken for served', async () => {
    const scene = await openTalk();
    scene.wecom.customer(CUSTOMER).state = 4;
    await answers(scene, '说不出的');
    expect(scene.said()).toEqual([]);
    await scene.people.customerSays(CUSTOMER, '又来了');
    await scene.pass(second);
    expect([scene.asked(), scene.said()]).toEqual([['在吗', '又来了'], ['说不出的']]);
  });
});
