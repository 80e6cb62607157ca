import { expect, test } from 'vitest';
import { knownProfile } from '../known-visitor.ts';
import { conversation, openDesk, sentOf } from './desk.ts';

test('what is known of a visitor goes with the request for an agent', async () => {
  const desk = openDesk();
  await desk.say('你好', { conversation: { ...conversation, profile: knownProfile } });
  const [request] = sentOf(desk, 'connect');
  expect(request).toMatchObject({
    user_nick: '张三',
    user_tels: '13800138000',
    user_emails: 'z@example.com',
    user_img: 'https://img.example/z.png',
  });
  expect(JSON.parse(String(request?.params))).toEqual({
    会员等级: '3',
    '页面（未验证）': 'pages/cart',
    来源: '小程序 wx1a2b3c4d5e6f7a8b',
    页面: 'pages/cart',
  });
});
