import { describe, expect, test } from 'vitest';
import { menusOf, partsOf, read } from './entries.ts';

describe('a hybrid message', () => {
  const hybrid = (...elements: object[]) => ({ content_type: 'hybrid', content: JSON.stringify(elements) });

  test('shows its elements in order', () => {
    const fields = hybrid(
      { type: 'text', body: '您好' },
      { type: 'wait', body: 3 },
      { type: 'rich_text', body: '<b>优惠</b>' },
      {
        type: 'photo_card',
        body: {
          title: '新品',
          description: 'd',
          pic_url: '//a.example/p.jpg',
          target_url: 'https://a.example/1',
        },
      },
      {
        type: 'product_card',
        body: {
          title: '杯子',
          product_url: 'https://a.example/2',
          pic_url: 'https://a.example/2.jpg',
          sales_count: 3,
        },
      },
      { type: 'mini_program_card', body: { title: '小店', appid: 'wx1', path: 'pages/a' } },
      { type: 'mini_program_card', body: { title: '小店' } },
      { type: 'video_card', body: '看视频' },
    );
    expect(partsOf(fields)).toEqual([
      { kind: 'text', text: '您好' },
      { kind: 'text', text: '优惠' },
      {
        kind: 'link',
        title: '新品',
        description: 'd',
        url: 'https://a.example/1',
        pictureUrl: 'https://a.example/p.jpg',
      },
      { kind: 'link', title: '杯子', url: 'https://a.example/2', pictureUrl: 'https://a.example/2.jpg' },
      { kind: 'miniProgramPage', title: '小店', appid: 'wx1', path: 'pages/a' },
      { kind: 'unsupported', vendorKind: 'mini_program_card', text: '小店' },
      { kind: 'unsupported', vendorKind: 'video_card', text: '看视频' },
    ]);
  });

  test('asks what is to be chosen from, be it a list, or the text of one, or nested', () => {
    const choices = JSON.stringify([{ text: '1. 退货' }, { text: '2、换货' }]);
    expect(menusOf(hybrid({ type: 'choices', body: { choices } }))).toEqual([['请选择：', '退货', '换货']]);
    expect(menusOf(hybrid({ type: 'choices', body: { title: '您要', choices: ['退货'] } }))).toEqual([
      ['您要', '退货'],
    ]);
    const nested = JSON.stringify([{ type: 'choices', body: { choices } }]);
    expect(menusOf(hybrid({ type: 'list', body: nested }))).toEqual([['请选择：', '退货', '换货']]);
    const buttons = {
      type: 'rich_text',
      sub_type: 'button',
      body: '请点',
      tags: [{ name: '是' }, { name: '否' }],
    };
    expect(menusOf(hybrid(buttons))).toEqual([['请选择：', '是', '否']]);
  });

  test('nested without end comes to an end', () => {
    const nest = (depth: number): object => ({
      type: 'list',
      body: JSON.stringify(depth === 0 ? [] : [nest(depth - 1)]),
    });
    expect(read(hybrid(nest(8)))).toEqual([]);
  });

  test('that is none is shown as it is', () => {
    expect(partsOf({ content_type: 'hybrid', content: '不是列表' })).toEqual([
      { kind: 'unsupported', vendorKind: 'hybrid', text: '不是列表' },
    ]);
  });
});

describe('a robot’s message', () => {
  const says = (content_robot: readonly object[], rest: object = {}) => ({
    content_type: 'text',
    content: 'x',
    from_type: 'bot',
    content_robot,
    ...rest,
  });

  test('is its texts, rich before plain', () => {
    expect(
      partsOf(
        says([
          { type: 'text', text: '素', rich_text: '<p>富</p>' },
          { type: 'text', text: '素' },
        ]),
      ),
    ).toEqual([
      { kind: 'text', text: '富' },
      { kind: 'text', text: '素' },
    ]);
  });

  test.each([
    [{ type: 'related', text_before: '您可能想问', items: [{ text: '1. 退货' }] }, ['您可能想问', '退货']],
    [{ type: 'menu', text: '菜单', items: [{ text: '退货' }] }, ['菜单', '退货']],
    [
      { type: 'menu', c_type: 'base', rich_text: '<p>菜单</p>', data: ['退货', '换货'], page_size: 5 },
      ['菜单', '退货', '换货'],
    ],
    [
      {
        type: 'menu',
        c_type: 'advanced',
        data: [
          { category: '售后', items: ['退货'] },
          { category: '售前', items: ['价格'] },
        ],
      },
      ['请选择：', '退货', '价格'],
    ],
  ])('is a list in one of several forms', (piece, menu) => {
    expect(menusOf(says([piece]))).toEqual([menu]);
  });

  test('that offers a human says how to get one', () => {
    const parts = partsOf(says([{ type: 'text', text: '不明白' }], { sub_type: 'manual_redirect' }));
    expect(parts.at(-1)).toMatchObject({ text: expect.stringContaining('转人工') });
  });

  test('that is a plain text has what the robot offers below it, too', () => {
    const plain = { content_type: 'text', content: '不明白', from_type: 'bot' };
    expect(partsOf({ ...plain, sub_type: 'manual_redirect' })).toEqual([
      { kind: 'text', text: '不明白' },
      { kind: 'text', text: expect.stringContaining('转人工') },
    ]);
    const tags = [{ name: '退货' }, { name: '换货' }];
    expect(menusOf({ ...plain, sub_type: 'button', tags })).toEqual([['请选择：', '退货', '换货']]);
    expect(menusOf({ ...plain, sub_type: 'button', tags, from_type: 'agent' })).toEqual([]);
  });

  test('that has buttons asks what is to be chosen from', () => {
    const tags = JSON.stringify(['退货', '换货']);
    const fields = says([{ type: 'text', text: '您要' }], { sub_type: 'button', tags });
    expect(partsOf(fields)).toEqual([{ kind: 'text', text: '您要' }]);
    expect(menusOf(fields)).toEqual([['请选择：', '退货', '换货']]);
  });

  test('whose list is answered by a number sends the item’s text', () => {
    const [event] = read(says([{ type: 'menu', text: '菜单', items: [{ text: '1. 退货' }] }]));
    expect(event).toMatchObject({
      kind: 'menuAsked',
      expiresMs: 600_000,
      options: [{ id: '退货', label: '退货' }],
    });
  });
});
