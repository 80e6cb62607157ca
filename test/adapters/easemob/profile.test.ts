import { expect, test } from 'vitest';
import { knownProfile } from '../known-visitor.ts';
import { conversation, messagesOf, openDesk, rest } from './desk.ts';

const known = { conversation: { ...conversation, profile: knownProfile } };
const description = '小程序 wx1a2b3c4d5e6f7a8b pages/cart 会员等级：3；页面（未验证）：pages/cart';

test('what is known of a visitor goes with his message over IM', async () => {
  const desk = openDesk();
  await desk.say('你好', known);
  expect(messagesOf(desk).at(-1)?.ext.weichat.visitor).toMatchObject({
    userNickname: '张三',
    phone: '13800138000',
    email: 'z@example.com',
    description,
  });
});

test('and by the REST channel', async () => {
  const desk = openDesk(rest);
  await desk.say('你好', known);
  expect(messagesOf(desk)[0]?.ext.visitor).toMatchObject({
    user_nickname: '张三',
    phone: '13800138000',
    email: 'z@example.com',
    description,
  });
});
