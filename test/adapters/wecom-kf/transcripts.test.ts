import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CUSTOMER } from './desk.ts';
import { handedOff, open } from './hand-off.ts';

const told = '【小程序咨询记录】\n11-15 06:13 我：在吗';

/** The visitor has come by his card, too late to be welcomed. */
async function came(handoff: Record<string, unknown> = {}) {
  const scene = await open(handoff);
  await scene.core.visitorSays('在吗');
  await scene.people.enter(CUSTOMER, scene.core.cardLink());
  scene.clock.now += 16_000;
  await scene.core.pull();
  return scene;
}

describe('a transcript', () => {
  test('is told before the chat goes to the pool, in the order that WeCom allows', async () => {
    const { core, people, lent } = await came({ prompt: '请稍候' });
    await people.customerSays(CUSTOMER, '你好');
    const before = lent.calls.length;
    await core.pull();
    expect(lent.calls.slice(before).map(({ name }) => name.replace('/cgi-bin/kf/', ''))).toEqual([
      'sync_msg',
      'service_state/get',
      'send_msg',
      'service_state/trans',
      'send_msg_on_event',
    ]);
    expect(core.inChat()).toEqual([told, '请稍候']);
  });

  test('has an id made of the reference and its number', async () => {
    const { core, people, wecom } = await came();
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    const ref = core.cardLink().split('scene_param=')[1];
    const digest = createHash('sha256').update(`${ref}|t|0`).digest('hex');
    expect(wecom.said.all.map(({ msgid }) => msgid)).toEqual([digest.slice(0, 32)]);
  });

  test('that is long takes two messages of the five, newest last, and no more', async () => {
    const { core, people } = await open({ transcriptVia: ['chat'] });
    for (let line = 0; line < 30; line += 1) await core.visitorSays(`${line} ${'长'.repeat(100)}`);
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    const pages = core.inChat();
    expect(pages).toHaveLength(2);
    expect(pages[1]).toMatch(/我：29 长+\n（更早的 \d+ 条已省略）$/);
  });

  test('whose welcome got lost on the way back is said once', async () => {
    const { core, people, wecom } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    wecom.fail({ lose: true, path: '/cgi-bin/kf/send_msg_on_event' });
    await core.pull();
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    expect(core.inChat()).toEqual([told]);
    expect(wecom.customer(CUSTOMER).state).toBe(2);
    await core.visitorSays('人呢');
    expect(core.memory()).toMatchObject({ told: { until: 1 } });
  });

  test('comes by the one sentence that is allowed once a servicer has the chat already', async () => {
    const { core, people, wecom } = await came({ transcriptVia: ['code'], prompt: '请稍候' });
    await people.customerSays(CUSTOMER, '你好');
    await people.take('zhangsan', CUSTOMER);
    await core.pull();
    expect(wecom.said.all).toMatchObject([{ by: 'code', text: told }]);
  });

  test('comes by the sentence that our own move allows', async () => {
    const { core, people, wecom } = await came({ transcriptVia: ['code'] });
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    expect(wecom.said.all).toMatchObject([{ by: 'code', text: told }]);
    expect(wecom.customer(CUSTOMER).state).toBe(2);
  });

  test('comes to the servicer alone, whom we chose or who took the chat himself', async () => {
    const chosen = await came({ transcriptVia: ['app'], route: 'servicer:lisi' });
    await chosen.people.customerSays(CUSTOMER, '你好');
    await chosen.core.pull();
    expect(chosen.wecom.messages.all).toMatchObject([{ userid: 'lisi', text: told }]);
    const took = await came({ transcriptVia: ['app'] });
    await took.people.customerSays(CUSTOMER, '你好');
    await took.core.pull();
    await took.people.take('zhangsan', CUSTOMER);
    await took.core.pull();
    expect(took.wecom.messages.all).toMatchObject([{ userid: 'zhangsan', text: told }]);
    expect([chosen.core.inChat(), took.core.inChat()]).toEqual([[], []]);
  });

  test('that could not reach the servicer is not taken for told, and keeps nobody waiting', async () => {
    const { core, people, wecom } = await came({ transcriptVia: ['app'], route: 'servicer:lisi' });
    await people.customerSays(CUSTOMER, '你好');
    const body = '{"errcode":0,"errmsg":"ok","invaliduser":"lisi"}';
    wecom.fail({ answer: { body }, path: '/cgi-bin/message/send' });
    await core.pull();
    expect(wecom.customer(CUSTOMER)).toMatchObject({ state: 3, servicer: 'lisi' });
    expect(core.memory()).not.toHaveProperty('told');
    expect(core.alarms).toEqual([]);
  });
});

describe('what the API says into the chat', () => {
  test('is written down, as no page has it', async () => {
    const { core, people } = await handedOff({ prompt: '请稍候', rating: ['满意'] });
    await people.take('zhangsan', CUSTOMER);
    await people.end(CUSTOMER);
    await core.pull();
    for (const text of [told, '请稍候']) expect(core.records()).toContainEqual({ kind: 'text', text });
    expect(core.records()).toContainEqual(
      expect.objectContaining({ kind: 'menu', text: '请为本次服务评分' }),
    );
  });

  test('is the prompt once a session, whoever moves it on', async () => {
    const { core, people } = await handedOff({ prompt: '请稍候' });
    await people.take('zhangsan', CUSTOMER);
    await core.pull();
    expect(core.inChat().filter((text) => text === '请稍候')).toHaveLength(1);
    await people.end(CUSTOMER);
    await people.customerSays(CUSTOMER, '还有问题');
    await core.pull();
    expect(core.inChat().filter((text) => text === '请稍候')).toHaveLength(2);
  });

  test('and did not arrive after all is marked, with the reason', async () => {
    const { core, people } = await handedOff();
    await people.happens({
      event_type: 'msg_send_fail',
      external_userid: CUSTOMER,
      fail_msgid: 'h0123456789abcdef0123456789abcde',
      fail_type: 10,
    });
    await core.pull();
    expect(core.records().at(-1)).toEqual({
      kind: 'event',
      name: 'send-failed',
      key: 'refused by the customer: h0123456789abcdef0123456789abcde',
    });
  });
});
