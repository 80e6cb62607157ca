import { expect, test } from 'vitest';
import { CUSTOMER } from '../desk.ts';
import { openKfScene } from './scene.ts';

test('a customer’s words reach the helpdesk, and the agent’s answer the customer', async () => {
  const { people, qiyu, wecom, pass, asked, said } = await openKfScene();
  const rung = await people.customerSays(CUSTOMER, '在吗');
  expect(rung).toMatchObject({ isTaken: true });
  await pass(1000);
  expect(qiyu.messages.all).toMatchObject([{ uid: CUSTOMER, text: '在吗' }]);
  await qiyu.agentSays(CUSTOMER, '有货的');
  await pass(1000);
  // Qiyu greets first.
  expect(wecom.said.all.at(-1)).toMatchObject({ external: CUSTOMER, text: '有货的', by: 'allowance' });
  expect([asked(), said()]).toEqual([['在吗'], ['您好', '有货的']]);
});
