import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { callback, example, ORIGIN, openDesk } from './desk.ts';

/** The parts of a pushed message of this type and content. */
function parts(msgType: unknown, content: unknown, settings: Record<string, unknown> = {}): readonly Part[] {
  const event = pushed({ ...example, msgType, content }, settings);
  return event?.kind === 'message' ? event.parts.map(plain) : [];
}

function pushed(body: object, settings: Record<string, unknown> = {}): VendorEvent | undefined {
  const reading = openDesk({}, settings).push(callback(body));
  return reading.kind === 'events' ? reading.events[0] : undefined;
}

/** Media by their address alone. */
function plain(part: Part): Part {
  return 'media' in part && part.media ? { ...part, media: { ...part.media, id: 'x' } } : part;
}

const image = (url: string): Part => ({ kind: 'image', media: { id: 'x', from: { url } } });
const text = (words: string): Part => ({ kind: 'text', text: words });
const pdf = 'https://a.example/1.pdf';

describe('an agent’s message', () => {
  test.each<[unknown, unknown, readonly Part[]]>([
    ['text', '您好', [text('您好')]],
    ['TEXT', '您好', [text('您好')]],
    [0, '您好', [text('您好')]],
    ['0', '您好', [text('您好')]],
    ['', '您好', [text('您好')]],
    ['text', ' \n', []],
    [
      'text',
      '<p>看<a href="/help">这里</a></p><img src="/console/1.png">',
      [text(`看这里 (${ORIGIN}/help)`), image(`${ORIGIN}/console/1.png`)],
    ],
    ['image', 'https://a.example/1.png', [image('https://a.example/1.png')]],
    [1, '//a.example/1.png', [image('https://a.example/1.png')]],
    ['picture', '/console/1.png', [image(`${ORIGIN}/console/1.png`)]],
    ['image', 'javascript:alert(1)', [text('javascript:alert(1)')]],
    [
      'voice',
      'https://a.example/1.mp3',
      [{ kind: 'voice', media: { id: 'x', from: { url: 'https://a.example/1.mp3' } } }],
    ],
    [
      2,
      '{"url":"https://a.example/1.mp3","duration":"01:05"}',
      [{ kind: 'voice', durationMs: 65_000, media: { id: 'x', from: { url: 'https://a.example/1.mp3' } } }],
    ],
    [
      'video',
      'https://a.example/1.mp4',
      [{ kind: 'video', media: { id: 'x', from: { url: 'https://a.example/1.mp4' } } }],
    ],
    ['file', pdf, [{ kind: 'file', name: '', media: { id: 'x', from: { url: pdf } } }]],
    [
      'file',
      { url: pdf, fileName: '合同.pdf', fileSize: '1' },
      [{ kind: 'file', name: '合同.pdf', media: { id: 'x', from: { url: pdf }, name: '合同.pdf' } }],
    ],
    [
      3,
      { url: 'https://a.example/1.mp4', fileName: '1.mp4', snapshot: 'https://a.example/1.png' },
      [{ kind: 'video', media: { id: 'x', from: { url: 'https://a.example/1.mp4' }, name: '1.mp4' } }],
    ],
    ['text', '{"msg":"您好","msgType":"0"}', [text('您好')]],
    [undefined, { msg: 'https://a.example/1.png', msgType: 1 }, [image('https://a.example/1.png')]],
    [
      'text',
      '<p>一</p><p>二 <a href="https://a.example">看</a></p>',
      [text('一\n二 看 (https://a.example)')],
    ],
    [
      3,
      '一<img src="https://a.example/1.png">二 &lt;b&gt;',
      [text('一'), image('https://a.example/1.png'), text('二 <b>')],
    ],
    ['text', '{"x":1}', [text('{"x":1}')]],
    ['text', '{不是 JSON}', [text('{不是 JSON}')]],
  ])('of type %j, %j, is read', (type, content, expected) => {
    expect(parts(type, content)).toEqual(expected);
  });

  test('as a rich list is several parts of one message, in order', () => {
    const richList = [
      { type: 0, msg: '看这个' },
      { type: 1, msg: 'https://a.example/1.png' },
      { type: 3, msg: 'https://a.example/1.mp4' },
      { type: 4, name: '合同.pdf', msg: pdf },
    ];
    expect(parts(3, JSON.stringify({ richList }))).toMatchObject([
      { kind: 'text', text: '看这个' },
      { kind: 'image' },
      { kind: 'video' },
      { kind: 'file', name: '合同.pdf' },
    ]);
  });

  test('as a place, a card of goods or an order is what it says', () => {
    const place = {
      lat: '30.5',
      lng: '120.25',
      title: '门店',
      desc: '文三路 1 号',
      url: 'https://a.example',
    };
    expect(parts('location', place)).toEqual([
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '门店 文三路 1 号' },
    ]);
    const goods = {
      title: '杯子',
      description: '白色',
      label: '￥9.90',
      url: 'https://shop.example/1',
      thumbnail: '//a.example/1.png',
    };
    expect(parts('card', goods)).toEqual([
      {
        kind: 'link',
        title: '杯子',
        description: '白色\n￥9.90',
        url: 'https://shop.example/1',
        pictureUrl: 'https://a.example/1.png',
      },
    ]);
    const order = {
      orderCode: '20231115',
      statusCustom: '已发货',
      goods: [{ name: '杯子', pictureUrl: 'https://a.example/1.png' }],
      goodsCount: 2,
      totalFee: 1980,
    };
    expect(parts('order', { ...order, orderUrl: 'https://shop.example/o/1' })).toEqual([
      {
        kind: 'link',
        title: '订单 20231115',
        description: '已发货\n杯子\n共 2 件\n合计 1980',
        url: 'https://shop.example/o/1',
        pictureUrl: 'https://a.example/1.png',
      },
    ]);
    expect(parts('order', order)).toEqual([text('订单 20231115\n已发货\n杯子\n共 2 件\n合计 1980')]);
  });

  test.each<[unknown, string]>([
    [{ title: '表单', url: 'https://a.example/f', x: 1 }, '表单 https://a.example/f'],
    [{ name: '贴图' }, '贴图'],
    [{ x: 1 }, '[暂不支持的消息类型]'],
    ['贴图', '贴图'],
    ['', '[暂不支持的消息类型]'],
  ])('of a kind that nobody knows shows what it has: %j', (content, words) => {
    const [part] = parts('sticker', content);
    if (part?.kind === 'link') expect(`${part.title} ${part.url}`).toBe(words);
    else expect(part).toEqual({ kind: 'unsupported', vendorKind: 'sticker', text: words });
  });

  test('has the agent’s name before its first text, if that is wanted', () => {
    expect(parts('text', '您好', { showAgentName: true })).toEqual([text('小李：您好')]);
    const richList = [
      { type: 1, msg: 'https://a.example/1.png' },
      { type: 0, msg: '看' },
    ];
    expect(parts(3, { richList }, { showAgentName: true })[1]).toEqual(text('小李：看'));
  });

  test('gives each of its media an id of its own, always the same', () => {
    const ids = (url: string) => {
      const event = pushed({ ...example, msgType: 3, content: `<img src="${url}"><img src="${url}">` });
      return event?.kind === 'message' ? event.parts.map((part) => 'media' in part && part.media?.id) : [];
    };
    expect(ids('https://a.example/1.png')).toEqual(ids('https://a.example/1.png'));
    expect(new Set(ids('https://a.example/1.png')).size).toBe(2);
  });
});

describe('a push', () => {
  const snake = Object.fromEntries(
    Object.entries(example).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
  const lower = Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { type: _, ...untyped } = example;

  test.each<[string, object]>([
    ['in snake case', snake],
    ['in lower case', lower],
    ['with numbers as texts', { ...example, type: '202', ts: '1700000123456' }],
    ['within data', { data: example }],
    ['within message, as a text', { message: JSON.stringify(example) }],
    ['within item', { item: example, code: 1 }],
  ])('%s is read like any other', (_how, body) => {
    expect(pushed(body)).toMatchObject({
      kind: 'message',
      parts: [text('您好，请问有什么可以帮您？')],
      visitor: example.partnerId,
      at: example.ts,
      vendorId: example.msgId,
    });
  });

  test('that names no visitor is his whose session it names, or whose id Zhichi gave', () => {
    const { partnerId: _partner, ...rest } = example;
    expect(pushed(rest)).toMatchObject({ visitor: `cid:${example.cid}` });
    const { cid: _cid, ...less } = rest;
    expect(pushed({ ...less, uid: 'v01' })).toMatchObject({ visitor: 'uid:v01' });
    expect(pushed(less)).toMatchObject({ visitor: null });
  });

  test('without a type is kept, but for the list of a shop, which says nothing new', () => {
    expect(pushed(untyped)).toMatchObject({ kind: 'unsupported', vendorKind: 'no type' });
    expect(pushed({ visitorId: 'v01', lastCid: 'c', lastMsgContent: '您好' })).toBeUndefined();
  });

  test('of any kind never throws', () => {
    const adapter = openDesk();
    const anything = fc.oneof(
      fc.string(),
      fc.json({ maxDepth: 4 }),
      fc.jsonValue({ maxDepth: 3 }).map((content) => JSON.stringify({ ...example, content })),
      fc
        .record({ msgType: fc.jsonValue({ maxDepth: 1 }), content: fc.jsonValue({ maxDepth: 4 }) })
        .map((fields) => JSON.stringify({ ...example, ...fields })),
    );
    fc.assert(
      fc.property(anything, (body) => {
        const { answer } = adapter.adapter.readCallback!(callback(body), adapter.clock.now);
        expect([200, 400]).toContain(answer.status);
      }),
    );
  });
});
