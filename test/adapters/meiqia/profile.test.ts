import { expect, test } from 'vitest';
import { knownProfile } from '../known-visitor.ts';
import { conversation, OPENID, withDesk } from './desk.ts';

const known = { ...conversation, profile: knownProfile };

test('what is known of a new visitor stands in the workbench’s own places', () =>
  withDesk(async (desk) => {
    await desk.say('你好', { conversation: known });
    expect(desk.meiqia.visitorOf(OPENID)?.attrs).toMatchObject({
      name: '张三',
      tel: '13800138000',
      email: 'z@example.com',
      avatar: 'https://img.example/z.png',
      会员等级: '3',
      '页面（未验证）': 'pages/cart',
      小程序页面: 'pages/cart',
    });
  }));

test('what becomes known later stands beside what agents have edited', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    const visitor = desk.meiqia.visitorOf(OPENID);
    Object.assign(visitor ?? {}, { attrs: { ...visitor?.attrs, name: '老客户', tel: '110' } });
    await desk.say('在吗', { conversation: known });
    expect(desk.meiqia.visitorOf(OPENID)?.attrs).toMatchObject({
      name: '老客户',
      tel: '110',
      姓名: '张三',
      电话: '13800138000',
      会员等级: '3',
    });
  }));
