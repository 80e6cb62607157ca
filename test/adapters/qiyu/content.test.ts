import { describe, expect, test } from 'vitest';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { eventsIn, NOW, openDesk, payload, pushOf } from './desk.ts';

const { adapter } = openDesk();
const agent = { role: 'agent', id: '143', name: '小李' };

describe('a message', () => {
  const read = (name: string) => eventsIn(adapter, pushOf('MSG', payload(name)))[0];
  const image = { kind: 'image', media: { from: { url: 'https://qiyu.example/a.png' } } };

  test.each([
    ['msg-text.json', [{ kind: 'text', text: '您好，请问有什么可以帮您？' }]],
    ['msg-picture.json', [image]],
    ['msg-picture-as-text.json', [image]],
    [
      'msg-audio.json',
      [{ kind: 'voice', durationMs: 4000, media: { from: { url: 'https://qiyu.example/a.amr' } } }],
    ],
    ['msg-video.json', [{ kind: 'video', media: { name: 'a.mp4' } }]],
    [
      'msg-file.json',
      [{ kind: 'file', name: '说明书.pdf', media: { from: { url: 'https://qiyu.example/a.pdf' } } }],
    ],
    [
      'msg-card.json',
      [
        {
          kind: 'link',
          title: '新款',
          description: '限时',
          url: 'https://shop.example/1',
          pictureUrl: 'https://shop.example/1.png',
        },
      ],
    ],
    [
      'msg-unknown.json',
      [{ kind: 'unsupported', vendorKind: 'HOLOGRAM', text: '[暂不支持的消息类型，请联系客服]' }],
    ],
    [
      'msg-html.json',
      [
        { kind: 'text', text: '请看 帮助 (https://shop.example/help?a=1&b=2)' },
        { kind: 'image', media: { from: { url: 'https://qiyu.example/b.png' } } },
        { kind: 'text', text: '谢谢 <3' },
      ],
    ],
  ])('%s is read', (name, parts) => {
    expect(read(name)).toMatchObject({ kind: 'message', from: agent, parts, visitor: 'oABC_1' });
  });

  test('has its id as key, and the time it was written', () => {
    expect(read('msg-text.json')).toEqual({
      kind: 'message',
      from: agent,
      parts: [{ kind: 'text', text: '您好，请问有什么可以帮您？' }],
      vendorId: '00112233445566778899aabbccddeeff',
      keys: ['msg:00112233445566778899aabbccddeeff'],
      visitor: 'oABC_1',
      at: 1_700_000_123_456,
    });
  });

  test('without id and time is told from others by its bytes', () => {
    const [first] = eventsIn(adapter, pushOf('MSG', { uid: 'u', content: 'a' }));
    const [second] = eventsIn(adapter, pushOf('MSG', { uid: 'u', content: 'b' }));
    expect(first).toMatchObject({ at: NOW, keys: [expect.stringMatching(/^msg:/)] });
    expect(first?.keys).not.toEqual(second?.keys);
  });

  test('of a robot is automatic: by its mark, its number, its id, or because nobody wrote it', () => {
    expect(read('msg-robot.json')).toMatchObject({ from: { role: 'robot', name: '小七' }, automatic: true });
    const of = (body: object, settings = {}) =>
      eventsIn(openDesk({}, settings).adapter, pushOf('MSG', { uid: 'u', content: 'a', ...body }))[0];
    expect(of({ msgType: 110, staffId: 5 })).toMatchObject({ from: { role: 'robot' }, automatic: true });
    expect(of({ staffId: 5 }, { robotId: 5 })).toMatchObject({ from: { role: 'robot' } });
    expect(of({ staffId: 0 })).toMatchObject({ from: { role: 'robot' } });
    expect(of({ staffId: 5 })).toMatchObject({ from: { role: 'agent' } });
  });

  test('names the agent by setting, once, and no robot', () => {
    const named = openDesk({}, { showStaffName: true }).adapter;
    const texts = (name: string) =>
      (eventsIn(named, pushOf('MSG', payload(name)))[0] as Extract<VendorEvent, { kind: 'message' }>).parts;
    expect(texts('msg-text.json')).toEqual([{ kind: 'text', text: '小李：您好，请问有什么可以帮您？' }]);
    expect(texts('msg-html.json')).toMatchObject([
      { text: expect.stringMatching(/^小李：/) },
      {},
      { text: '谢谢 <3' },
    ]);
    expect(texts('msg-robot.json')).toEqual([{ kind: 'text', text: '您可以这样做' }]);
  });

  test.each([
    ['CUSTOM', { name: '卡', x: 1 }, '卡'],
    ['CUSTOM', { text: '说明', url: 'https://shop.example' }, '说明 https://shop.example'],
    ['PICTURE', { size: 1 }, '[暂不支持的消息类型，请联系客服]'],
    ['PICTURE', { url: 'javascript:alert(1)' }, '[暂不支持的消息类型，请联系客服]'],
    ['123', '[大笑]', '[大笑]'],
  ])('of type %s that cannot be shown as such is text (%j)', (msgType, content, text) => {
    const [event] = eventsIn(adapter, pushOf('MSG', { uid: 'u', msgType, content, staffId: 1 }));
    expect(event).toMatchObject({ parts: [{ kind: 'unsupported', vendorKind: msgType, text }] });
  });

  test('that is merged of others is their lines', () => {
    const content = {
      title: '聊天记录',
      list: [{ content: '一', createTime: 1, msgType: 1 }, { content: '二' }],
    };
    const [event] = eventsIn(adapter, pushOf('MSG', { uid: 'u', msgType: 8, content, staffId: 1 }));
    expect(event).toMatchObject({ parts: [{ kind: 'text', text: '聊天记录\n一\n二' }] });
  });

  test('that looks like JSON is what the agent wrote', () => {
    const [event] = eventsIn(
      adapter,
      pushOf('MSG', { uid: 'u', msgType: 'TEXT', content: '{"a":1}', staffId: 1 }),
    );
    expect(event).toMatchObject({ parts: [{ kind: 'text', text: '{"a":1}' }] });
  });

  test('has its emoji turned and its links kept by setting', () => {
    const kind = openDesk({}, { emoji: 'map', keepLinks: true }).adapter;
    const content = '<a href="https://a.example">看</a>[大笑]';
    expect(eventsIn(kind, pushOf('MSG', { uid: 'u', content, staffId: 1 }))).toMatchObject([
      { parts: [{ text: '<a href="https://a.example">看</a>/::)' }] },
    ]);
  });

  test('without words is nothing', () => {
    expect(eventsIn(adapter, pushOf('MSG', { uid: 'u', content: '', staffId: 1 }))).toEqual([]);
  });
});
