import { describe, expect, test } from 'vitest';
import { knownProfile } from '../known-visitor.ts';
import { attemptOf, openDesk, sent } from './desk.ts';

const { conversation } = attemptOf(undefined);

describe('what is known of a visitor', () => {
  test('stands in Qiyu’s own places where it is proved, and says what it is where it is not', async () => {
    const desk = openDesk();
    await desk.say('你好', { conversation: { ...conversation, profile: knownProfile } });
    expect(sent(desk.calls[0])).toMatchObject({ fromPage: 'pages/cart' });
    expect(sent(desk.calls[1])).toEqual({
      uid: 'oABC_1',
      userinfo: [
        { key: 'real_name', value: '张三' },
        { key: 'mobile_phone', value: '13800138000' },
        { key: 'email', value: 'z@example.com' },
        { key: 'avatar', value: 'https://img.example/z.png' },
        { index: 0, key: 'source', label: '来源', value: '微信 wx1a2b3c4d5e6f7a8b' },
        { index: 1, key: 'openid', label: 'openid', value: 'oABC_1' },
        { index: 2, key: 'x_vip', label: '会员等级', value: '3' },
        { index: 3, key: 'x_page', label: '页面（未验证）', value: 'pages/cart' },
      ],
    });
  });

  test('takes no place from a claim of the same name', async () => {
    const desk = openDesk();
    const profile = [{ key: 'real_name', label: '姓名', value: '客服经理', isProved: false }];
    await desk.say('你好', { conversation: { ...conversation, profile } });
    expect(sent(desk.calls[1])).toMatchObject({
      userinfo: [
        { key: 'real_name', value: '用户oABC_1' },
        {},
        {},
        { key: 'x_real_name', label: '姓名（未验证）', value: '客服经理' },
      ],
    });
  });
});
