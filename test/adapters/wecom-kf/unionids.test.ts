import { describe, expect, test } from 'vitest';
import type { LabelledItem } from '../../../src/model/profile.ts';
import { CUSTOMER, conversation } from './desk.ts';
import { open } from './hand-off.ts';

const theirs = 'oxasSim0000000000000000000001';

/** The visitor, whose mini-program tells this of him, has been sent a card, and a customer of this unionid comes by it. */
async function come(
  claim: string | undefined,
  customer: string | undefined,
  handoff: Record<string, unknown> = {},
  profile: readonly LabelledItem[] = [],
) {
  const scene = await open(handoff);
  const { core, people, wecom, lent } = scene;
  await core.visitorSays('我的手机号是 138', { ...conversation, profile, ...(claim && { context: claim }) });
  if (customer !== undefined) wecom.customer(CUSTOMER).unionid = customer;
  await people.enter(CUSTOMER, core.cardLink());
  const before = lent.calls.length;
  await core.pull();
  const calls = lent.calls.slice(before).map(({ name }) => name.split('/').at(-1));
  return { ...scene, calls };
}

describe('whoever comes by a card', () => {
  test.each([
    ['as JSON', `{"unionid":"${theirs}"}`],
    ['as a query', `vip=3&unionid=${theirs}`],
  ])(
    'and has the visitor’s unionid, told %s, is he, and is asked for it before he is welcomed',
    async (_, claim) => {
      const { core, calls } = await come(claim, theirs);
      expect(core.happenings()).toEqual(['handoff-offered', 'handed-off']);
      expect(calls).toEqual(['sync_msg', 'batchget', 'send_msg_on_event']);
    },
  );

  test('and has another unionid is somebody else, who learns nothing', async () => {
    const { core, people, wecom } = await come('unionid=oAnother', theirs);
    await people.customerSays(CUSTOMER, '这是什么');
    await core.pull();
    expect(core.happenings()).toEqual(['handoff-offered', 'handoff-conflict']);
    expect(core.inChat()).toEqual([]);
    expect(core.records()).not.toContainEqual({ kind: 'text', text: '这是什么' });
    expect(wecom.customer(CUSTOMER).state).toBe(0);
  });

  test('is compared with what the merchant proved, whatever the client claims', async () => {
    const profile = [{ key: 'unionid', label: 'unionid', value: 'oProved', isProved: true }];
    const comes = (customer: string) => come(`unionid=${theirs}`, customer, {}, profile);
    expect((await comes(theirs)).core.happenings()).toEqual(['handoff-offered', 'handoff-conflict']);
    expect((await comes('oProved')).core.happenings()).toEqual(['handoff-offered', 'handed-off']);
  });

  test('is he where one of the two unionids is not known, and nobody is asked without need', async () => {
    const unknown = await come(undefined, theirs);
    expect(unknown.core.happenings()).toContain('handed-off');
    expect(unknown.calls).toEqual(['sync_msg', 'send_msg_on_event']);
    expect((await come(`unionid=${theirs}`, undefined)).core.happenings()).toContain('handed-off');
  });

  test('must have the same where the settings say so', async () => {
    const required = { requireUnionid: true };
    for (const [claim, customer] of [
      [undefined, theirs],
      [`unionid=${theirs}`, undefined],
      [undefined, undefined],
    ] as const) {
      const { core } = await come(claim, customer, required);
      expect(core.happenings()).toContain('handoff-conflict');
      expect(core.inChat()).toEqual([]);
    }
    expect((await come(`unionid=${theirs}`, theirs, required)).core.inChat()).toHaveLength(1);
  });

  test('waits where he cannot be asked about now: he is not taken for anybody', async () => {
    const { core, people, wecom } = await open();
    await core.visitorSays('在吗', { ...conversation, context: `unionid=${theirs}` });
    await people.enter(CUSTOMER, core.cardLink());
    wecom.fail({ errcode: 45009, path: '/cgi-bin/kf/customer/batchget' });
    await core.pull();
    expect(core.memory()).not.toHaveProperty('kf');
    expect(core.inChat()).toEqual([]);
  });
});
