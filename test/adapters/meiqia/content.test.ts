import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { media, partsOf, read } from './entries.ts';

describe('a message of the stream', () => {
  test('with HTML becomes its words, links and pictures', () => {
    const content =
      '<p>您好<br>请看 <a href="https://a.example/x">说明</a></p><img src="//a.example/p.png">再见';
    expect(partsOf({ content_type: 'text', content })).toEqual([
      { kind: 'text', text: '您好\n请看 说明 (https://a.example/x)' },
      { kind: 'image', media: media('https://a.example/p.png') },
      { kind: 'text', text: '再见' },
    ]);
    expect(partsOf({ content_type: 'text', content: 'x<y and y>z' })).toEqual([
      { kind: 'text', text: 'x<y and y>z' },
    ]);
  });

  test.each([
    { extra: { contains_sensitive_words: true, replaced_content: '加**' } },
    { extra: '{"contains_sensitive_words":true,"replaced_content":"加**"}' },
  ])('whose words were masked is shown masked, however its extra is written', (extra) =>
    expect(partsOf({ content_type: 'text', content: '加微信', ...extra })).toEqual([
      { kind: 'text', text: '加**' },
    ]),
  );

  test('with something to copy, to call or to open has a line for each', () => {
    const operator_msg = [
      { name: '单号', type: 'copy', value: 'SF1' },
      { name: '官网', type: 'link', value: 'https://a.example' },
      { name: '空' },
    ];
    expect(partsOf({ content_type: 'text', content: '您的快递', extra: { operator_msg } })).toEqual([
      { kind: 'text', text: '您的快递' },
      { kind: 'text', text: '单号: SF1\n官网: https://a.example' },
    ]);
  });

  test.each([
    ['photo', 'image'],
    ['audio', 'voice'],
    ['video', 'video'],
  ])(
    'of kind %s has its medium by media_url, or by content where that is an address',
    (content_type, kind) => {
      const url = 'https://files.example/1';
      expect(partsOf({ content_type, media_url: url, content: 'key' })).toEqual([
        { kind, media: media(url) },
      ]);
      expect(partsOf({ content_type, media_url: '', content: url })).toEqual([{ kind, media: media(url) }]);
      expect(partsOf({ content_type, media_url: '//files.example/1' })).toEqual([
        { kind, media: media(url) },
      ]);
      expect(partsOf({ content_type, content: 'key' })).toEqual([
        { kind: 'unsupported', vendorKind: content_type, text: 'key' },
      ]);
    },
  );

  test('that is a file has its name and size', () => {
    const extra = { filename: '报价.pdf', size: 20_480, expire_at: '2026-01-06T00:00:00.000000' };
    expect(partsOf({ content_type: 'file', media_url: 'https://files.example/f', extra })).toEqual([
      {
        kind: 'file',
        name: '报价.pdf',
        description: '20 KB',
        media: { ...media('https://files.example/f'), name: '报价.pdf' },
      },
    ]);
    expect(partsOf({ content_type: 'file', extra: { filename: '报价.pdf' } })).toEqual([
      { kind: 'file', name: '报价.pdf' },
    ]);
  });

  test('that is rich text is its HTML, which lies in another place for tickets, or its summary', () => {
    const html = '<p>富文本</p>';
    const shown = [{ kind: 'text', text: '富文本' }];
    expect(partsOf({ content_type: 'rich_text', content: 'x', extra: { content: html } })).toEqual(shown);
    expect(partsOf({ content_type: 'rich_text', type: 'sdk', content: html })).toEqual(shown);
    expect(partsOf({ content_type: 'rich_text', extra: { summary: '摘要' } })).toEqual([
      { kind: 'text', text: '摘要' },
    ]);
    expect(partsOf({ content_type: 'rich_text', content: 'x', extra: { summary: '摘要' } })).toEqual([
      { kind: 'text', text: '摘要' },
    ]);
    expect(partsOf({ content_type: 'rich_text', content: html })).toEqual(shown);
  });

  test('of a kind that nobody knows is what can be read of it', () => {
    expect(partsOf({ content_type: 'hologram', content: '看' })).toEqual([
      { kind: 'unsupported', vendorKind: 'hologram', text: '看' },
    ]);
    expect(partsOf({ content_type: 'hologram' })).toEqual([
      { kind: 'unsupported', vendorKind: 'hologram', text: '[暂不支持的消息类型]' },
    ]);
  });

  test('has the agent’s name before its first text, where that is wanted', () => {
    const agent = { nickname: '小李', token: 'a1' };
    expect(partsOf({ content_type: 'text', content: '好', agent }, { showAgentName: true })).toEqual([
      { kind: 'text', text: '小李：好' },
    ]);
    expect(partsOf({ content_type: 'text', content: '好', agent })).toEqual([{ kind: 'text', text: '好' }]);
  });

  test.each([
    ['welcome', { showWelcome: false }],
    ['promotion', {}],
    ['ending', { showEnding: false }],
  ])('of type %s is hidden where the settings say so', (type, change) => {
    expect(partsOf({ content_type: 'text', content: '自动', type }, change)).toEqual([]);
  });

  test.each(['welcome', 'auto_reply', 'ending'])('of type %s is automatic', (type) => {
    expect(read({ content_type: 'text', content: '自动', type })[0]).toMatchObject({ automatic: true });
  });

  test('of the system is the system’s', () => {
    expect(read({ content_type: 'text', content: 'x', from_type: 'system' })[0]).toMatchObject({
      from: { role: 'system' },
    });
  });

  test('of a robot may bear another name', () => {
    const [event] = read({
      content_type: 'text',
      content: 'x',
      from_type: 'bot',
      agent: { token: 'b1', nickname: 'bot' },
      display_agent: { nickname: '小助手', avatar: 'https://a.example/a.png' },
    });
    expect(event).toMatchObject({
      from: { role: 'robot', id: 'b1', name: '小助手', avatar: 'https://a.example/a.png' },
      automatic: true,
    });
  });

  test('without an id is known by all that it is', () => {
    const [one, other] = [
      read({ id: undefined, content_type: 'text', content: '一' }),
      read({ id: undefined, content_type: 'text', content: '二' }),
    ];
    expect(one[0]?.keys).toEqual(read({ id: undefined, content_type: 'text', content: '一' })[0]?.keys);
    expect(one[0]?.keys).not.toEqual(other[0]?.keys);
  });

  test('in answer to a ticket is numbered apart, whether it stands in a body or not', () => {
    const reply = {
      id: 7,
      content_type: 'text',
      content: '已处理',
      from_type: 'agent',
      created_on: '2026-01-05T08:30:12.120394',
    };
    for (const fields of [
      { action: 'ticket_reply', ...reply },
      { action: 'ticket_reply', id: 8, body: reply },
    ]) {
      expect(read(fields)).toMatchObject([{ kind: 'message', keys: ['msg:t:7'], vendorId: 't:7' }]);
    }
  });

  test('never throws, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 4 }),
        fc.constantFrom('text', 'hybrid', 'file', 'rich_text', 'photo', 'x'),
        (fields, content_type) => {
          read({ ...(fields as object), content_type });
          read({
            content_type,
            content: JSON.stringify([fields]),
            content_robot: [fields],
            extra: fields,
            from_type: 'bot',
          });
        },
      ),
    );
  });
});
