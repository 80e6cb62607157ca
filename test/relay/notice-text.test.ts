import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NoticeName, notices } from '../../src/model/notices.ts';
import { noticeText, questionPart } from '../../src/relay/notice-text.ts';

const names = Object.keys(notices) as NoticeName[];

describe('a notice', () => {
  test.each(names)('has a default, or is silent by default (%s)', (name) => {
    const values = { ahead: 2, agent: '小王', options: '1. 好', text: '请选择' };
    const text = noticeText(name, {}, values);
    expect(text === '').toBe(notices[name].text === '');
    expect(text).not.toMatch(/[{}]/);
  });

  test('goes by its own text before the vendor’s, and by the vendor’s before the default', () => {
    expect(noticeText('closed', { closed: 'ours' }, { vendorText: 'theirs' })).toBe('ours');
    expect(noticeText('closed', {}, { vendorText: ' theirs\n' })).toBe('theirs');
    expect(noticeText('closed', {}, {})).toBe(notices.closed.text);
    expect(noticeText('closed', { offline: 'other' }, {})).toBe(notices.closed.text);
    expect(noticeText('closed', { closed: undefined }, {})).toBe(notices.closed.text);
  });

  test.each(['', ' ', '\n'])('of an empty text is silence, whatever the vendor says (%j)', (empty) => {
    expect(noticeText('closed', { closed: empty }, { vendorText: 'theirs' })).toBe('');
  });

  test.each(['', ' ', undefined])('of an empty text of the vendor is the default (%j)', (vendorText) => {
    expect(noticeText('closed', {}, { vendorText })).toBe(notices.closed.text);
  });
});

describe('what a notice is filled with', () => {
  test('stands wherever it is asked for', () => {
    const start = '{agent}（{agent}）：前面 {ahead} 位，第 {place} 位。{options}{text}';
    const values = { ahead: 2, agent: '小王', options: '1. 好', text: '请' };
    expect(noticeText('start', { start }, values)).toBe('小王（小王）：前面 2 位，第 3 位。1. 好请');
  });

  test('is taken as it is, signs with a meaning of their own included', () => {
    const options = "1. $& $1 $$ $` $'\n2. {agent} {text}";
    expect(noticeText('menu', {}, { text: '{options} $&', options, agent: 'A' })).toBe(
      `{options} $&\n${options}`,
    );
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, agent) => {
        expect(noticeText('start', { start: `<{text}|{agent}>` }, { text, agent })).toBe(
          `<${text}|${agent}>`,
        );
      }),
    );
  });

  test('may be missing', () => {
    expect(noticeText('start', { start: '客服{agent}为您服务' }, {})).toBe('客服为您服务');
    expect(noticeText('menu', {}, { text: '请选择' })).toBe('请选择');
  });

  test('of a name that is unknown stays as it was written', () => {
    expect(noticeText('start', { start: '{name} {Agent} {}' }, { agent: 'a' })).toBe('{name} {Agent} {}');
  });
});

describe('a place that is unknown', () => {
  test('is not spoken of', () => {
    expect(noticeText('queue', {}, { ahead: 0 })).toBe('客服正忙，您当前排在第 1 位，请稍候。');
    expect(noticeText('queue', {}, {})).toBe('客服正忙，请稍候。');
  });

  test.each([
    ['客服正忙，您排在第 {place} 位。', '客服正忙。'],
    ['前面还有 {ahead} 人；请稍候。', '请稍候。'],
    ['请稍候！您是第 {place} 位', '请稍候！'],
    ['Agents are busy, you are number {place}.', 'Agents are busy.'],
    ['Wait 1.5 minutes. You are number {place}. Thanks.', 'Wait 1.5 minutes. Thanks.'],
    ['第 {place} 位', ''],
    ['请稍候', '请稍候'],
    ['请稍候，', '请稍候，'],
  ])('takes its clause with it: %s', (queue, text) => {
    expect(noticeText('queue', { queue }, {})).toBe(text);
    expect(noticeText('queue', {}, { vendorText: queue })).toBe(text);
  });
});

describe('a question', () => {
  const options = [{ id: '1', label: '好' }];

  test.each([
    ['请评分：\n{options}\n谢谢 {agent}', { kind: 'menu', text: '请评分：', options, tail: '谢谢 小王' }],
    ['{options}', { kind: 'menu', text: '', options }],
    ['请评分', { kind: 'text', text: '请评分' }],
    ['{text}', undefined],
    ['', undefined],
  ])('%j has the list between its words', (rate, part) => {
    expect(questionPart('rate', { rate }, { agent: '小王', options })).toEqual(part);
  });

  test('has the vendor’s words with braces as they are', () => {
    expect(questionPart('menu', {}, { text: '{options} {agent}', options })).toEqual({
      kind: 'menu',
      text: '{options} {agent}',
      options,
    });
  });
});
