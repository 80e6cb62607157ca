import { describe, expect, test } from 'vitest';
import { writeXml } from '../../../sandbox/vendors/wecom-kf/envelope.ts';
import { openCore } from './core.ts';
import { CUSTOMER, KF, openCompany, requestOf } from './desk.ts';

const SERVICE = 'wkSimAAAAkf0000000000000000000002';

async function open() {
  const company = await openCompany({ accounts: [SERVICE] }, { accounts: [SERVICE] });
  const { wecom } = company;
  const service = wecom.account(SERVICE);
  for (const { people } of [wecom, service]) people.isSilent = true;
  return { ...company, core: openCore(company), service };
}

const signal = new AbortController().signal;

describe('several kf accounts', () => {
  test('are one a group: a rule names the account that the visitor is sent to', async () => {
    const { core, service, wecom } = await open();
    await core.visitorSays('要退货', undefined, { group: SERVICE });
    await service.people.enter(CUSTOMER, core.cardLink());
    await service.people.customerSays(CUSTOMER, '你好');
    await core.pull(undefined, SERVICE);
    expect(service.said.all).toMatchObject([{ external: CUSTOMER, text: expect.stringContaining('要退货') }]);
    expect(service.customer(CUSTOMER).state).toBe(2);
    expect(wecom.said.all).toEqual([]);
    expect(core.serving()).toBe('queue');
  });

  test('but a group that is none of them is not heeded', async () => {
    const { core, wecom } = await open();
    await core.visitorSays('你好', undefined, { group: 'wkSomebody' });
    await wecom.people.enter(CUSTOMER, core.cardLink());
    await core.pull();
    expect(core.memory()).toMatchObject({ kf: { openKfid: KF, external: CUSTOMER } });
  });

  test('each have a chat of their own with the same person', async () => {
    const { core, wecom, service } = await open();
    await core.visitorSays('你好', undefined, { group: SERVICE });
    await service.people.enter(CUSTOMER, core.cardLink());
    await core.pull(undefined, SERVICE);
    await wecom.people.customerSays(CUSTOMER, '在另一个客服');
    await wecom.people.end(CUSTOMER);
    await core.pull();
    expect(core.records()).not.toContainEqual({ kind: 'text', text: '在另一个客服' });
    expect(wecom.customer(CUSTOMER).state).toBe(4);
    expect(core.memory()).not.toMatchObject({ session: { state: 4 } });
  });

  test('do not take a reference that leads to another of them', async () => {
    const { core, wecom, service } = await open();
    await core.visitorSays('你好');
    const [, param = ''] = core.cardLink().split('scene_param=');
    await core.visitorSays('你好', undefined, { group: SERVICE });
    service.customer(CUSTOMER).came = { at: 0, scene: 'mpbridge', param };
    await service.people.happens({
      event_type: 'enter_session',
      external_userid: CUSTOMER,
      scene: 'mpbridge',
      scene_param: param,
      welcome_code: 'CODE',
    });
    await core.pull(undefined, SERVICE);
    expect(core.memory()).not.toHaveProperty('kf');
    expect([wecom.said.all, service.said.all]).toEqual([[], []]);
  });

  test('are all looked at when the bridge starts, each on its own cursor, and one whose bell rings', async () => {
    const { core, lent, wecom, service } = await open();
    const memory = { conversation: undefined, helpdesk: undefined };
    const base = { key: 'start', number: 1, signal, conversation: undefined, memory, progress: null };
    expect(await lent.adapter.wake?.('start', base)).toEqual({
      outcome: 'accepted',
      watch: [
        { topic: KF, afterMs: 0 },
        { topic: SERVICE, afterMs: 0 },
      ],
    });
    await wecom.people.servicerSays('zhangsan', CUSTOMER, '一');
    await service.people.servicerSays('zhangsan', CUSTOMER, '二');
    const texts = async (topic: string) =>
      (await core.pull(undefined, topic)).flatMap((page) =>
        (page.outcome === 'page' ? (page.events ?? []) : []).flatMap((event) =>
          event.kind === 'recorded' ? event.parts.filter(({ kind }) => kind === 'text') : [],
        ),
      );
    expect(await texts(KF)).toEqual([{ kind: 'text', text: '一' }]);
    expect(await texts(SERVICE)).toEqual([{ kind: 'text', text: '二' }]);
    const bell = (fields: Record<string, string>) =>
      requestOf(wecom.prepare(writeXml({ MsgType: 'event', Event: 'kf_msg_or_event', ...fields })));
    expect(await core.callBack(bell({ OpenKfId: SERVICE, Token: 'T' }))).toMatchObject({
      kind: 'bell',
      topic: SERVICE,
      note: 'T',
    });
    expect(await core.callBack(bell({}))).toMatchObject({ kind: 'events', wakes: [{ name: 'look' }] });
  });

  test('are groups that check can compare, and are all checked', async () => {
    const { lent, wecom } = await open();
    wecom.changeSettings({ accountsBefore: 150 });
    expect(await lent.adapter.groups?.(signal)).toEqual([
      { id: KF, name: '商城客服' },
      { id: SERVICE, name: '商城客服' },
    ]);
    expect(await lent.adapter.check?.(signal)).toContainEqual({
      level: 'ok',
      text: 'WeCom accepts corpid, secret and openKfid',
    });
  });

  test('raise an alarm when the application loses one of them', async () => {
    const { core, wecom } = await open();
    const change = (fields: Record<string, string>) =>
      core.callBack(
        requestOf(wecom.prepare(writeXml({ MsgType: 'event', Event: 'kf_account_auth_change', ...fields }))),
      );
    expect(await change({ AuthDelOpenKfId: SERVICE })).toMatchObject({ alarm: expect.any(String) });
    expect(await change({ AuthAddOpenKfId: SERVICE })).toMatchObject({ wakes: [{ name: 'look' }] });
    expect(await change({ AuthDelOpenKfId: 'wkSomebody' })).not.toHaveProperty('alarm');
  });
});
