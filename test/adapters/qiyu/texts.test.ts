import { describe, expect, test } from 'vitest';
import { toQiyuEmoji, toWeChatEmoji } from '../../../adapters/qiyu/emoji.ts';

describe('emoji', () => {
  test('of both sides are each other', () => {
    for (const [wechat, qiyu] of [
      ['/::)', '[大笑]'],
      ['/::~', '[撇嘴]'],
      ['/::B', '[色]'],
      ['/::|', '[呆]'],
      ['/::<', '[流泪]'],
      ['/::$', '[害羞]'],
      ['/::@', '[怒]'],
    ] as const) {
      expect(toQiyuEmoji(`a${wechat}b`)).toBe(`a${qiyu}b`);
      expect(toWeChatEmoji(`a${qiyu}b`)).toBe(`a${wechat}b`);
    }
  });

  test('that nobody knows stay', () => {
    expect(toQiyuEmoji('/::Z [可爱] 😀')).toBe('/::Z [可爱] 😀');
    expect(toWeChatEmoji('[不存在]')).toBe('[不存在]');
  });
});
