import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import { eventsIn, helpdeskSays, im, NAME, NOW, openDesk, rest, restCallback, says, text } from './desk.ts';

const { adapter } = openDesk();
const agent = { userType: 'Agent', userId: 'a-1', userNickname: '小李', avatar: '//img.example/a.png' };
const robot = { userType: 'Robot', userNickname: '小环' };

/** The parts that a message comes to; `null`: it comes to no message. */
function partsOf(bodies: unknown, weichat: object = { agent }, ext: object = {}, settings: object = {}) {
  const { adapter: own } = openDesk({ ...im, ...settings });
  const [event] = eventsIn(own, helpdeskSays(bodies, weichat, ext)).filter(({ kind }) => kind === 'message');
  return event?.kind === 'message' ? event.parts : null;
}

const media = (url: string, more: object = {}) => ({
  id: expect.stringMatching(/^x_/),
  from: { url, ...more },
});
const secretUrl = 'https://a1.easemob.com/acme/shop/chatfiles/5fd7';

describe('a message of the helpdesk', () => {
  test.each<[string, unknown, Part[] | null]>([
    ['a text', text('您好'), [{ kind: 'text', text: '您好' }]],
    ['an escaped text', text('&lt;b&gt; &amp;amp; &#39;'), [{ kind: 'text', text: "<b> & '" }]],
    ['emoji', text('好[:)]'), [{ kind: 'text', text: '好[:)]' }]],
    ['an emoji code', text('好[):]'), [{ kind: 'text', text: '好😊' }]],
    ['an empty text', text(''), null],
    ['blanks', text(' \n'), null],
    [
      'a picture',
      { type: 'img', url: secretUrl, secret: 'X9d/', filename: 'a.png' },
      [
        {
          kind: 'image',
          media: { ...media(`${secretUrl}?share-secret=X9d%2F`, { isSecret: true }), name: 'a.png' },
        },
      ],
    ],
    [
      'a picture for everybody',
      { type: 'img', url: secretUrl, secret: '' },
      [{ kind: 'image', media: media(secretUrl) }],
    ],
    [
      'a picture with a query',
      { type: 'img', url: 'https://x.example/a?b=1#c', secret: 's' },
      [{ kind: 'image', media: media('https://x.example/a?b=1&share-secret=s', { isSecret: true }) }],
    ],
    [
      'a picture without a scheme',
      { type: 'img', url: '//x.example/a' },
      [{ kind: 'image', media: media('https://x.example/a') }],
    ],
    [
      'a picture without a host',
      { type: 'img', url: '/v1/file/a' },
      [{ kind: 'image', media: media('https://kefu.easemob.com/v1/file/a') }],
    ],
    [
      'a voice',
      { type: 'audio', url: '//x.example/a.amr', length: 3 },
      [{ kind: 'voice', media: media('https://x.example/a.amr'), durationMs: 3000 }],
    ],
    [
      'a video',
      { type: 'video', url: '//x.example/a.mp4', length: 3 },
      [{ kind: 'video', media: media('https://x.example/a.mp4') }],
    ],
    [
      'a file',
      { type: 'file', url: '//x.example/a.pdf', filename: '合同.pdf' },
      [{ kind: 'file', name: '合同.pdf', media: { ...media('https://x.example/a.pdf'), name: '合同.pdf' } }],
    ],
    [
      'a place',
      { type: 'loc', lat: '30.25', lng: 120.1, addr: '西湖' },
      [{ kind: 'location', latitude: 30.25, longitude: 120.1, label: '西湖' }],
    ],
    [
      'a picture of nowhere',
      { type: 'img', url: 'javascript:1' },
      [{ kind: 'unsupported', vendorKind: 'img', text: '[暂不支持的消息类型]' }],
    ],
    [
      'a place of nowhere',
      { type: 'loc', lat: 'x' },
      [{ kind: 'unsupported', vendorKind: 'loc', text: '[暂不支持的消息类型]' }],
    ],
    [
      'something unknown',
      { type: 'custom', a: 1 },
      [{ kind: 'unsupported', vendorKind: 'custom', text: '[暂不支持的消息类型]' }],
    ],
    ['a command that nobody knows', { type: 'cmd', action: 'x' }, null],
    [
      'several bodies',
      [text('一'), text('二')],
      [
        { kind: 'text', text: '一' },
        { kind: 'text', text: '二' },
      ],
    ],
  ])('that is %s', (_what, bodies, parts) => expect(partsOf(bodies)).toEqual(parts));

  test('has its author, the helpdesk’s id and both ids for a recall', () => {
    const [event] = eventsIn(adapter, helpdeskSays(text('您好'), { agent, msgId: 'kf-1' }));
    expect(event).toMatchObject({
      kind: 'message',
      from: { role: 'agent', id: 'a-1', name: '小李', avatar: 'https://img.example/a.png' },
      vendorId: 'kf-1',
      visitor: NAME,
      at: NOW,
      extra: { ids: [expect.any(String), 'kf-1'] },
    });
    expect(event).not.toHaveProperty('automatic');
  });

  test('may have an agent’s picture on the helpdesk’s own host', () => {
    const [event] = eventsIn(
      adapter,
      helpdeskSays(text('您好'), { agent: { ...agent, avatar: '/1/a.png' } }),
    );
    expect(event).toMatchObject({ from: { avatar: 'https://kefu.easemob.com/ossimages/1/a.png' } });
  });

  test.each([
    [{ userType: 'Robot' }, 'robot', true],
    [{ userType: 'Scheduler' }, 'system', true],
    [{ userType: 'constructor' }, 'agent', undefined],
    [null, 'agent', undefined],
  ])('of %j is of the role %s', (from, role, automatic) => {
    const [event] = eventsIn(adapter, helpdeskSays(text('您好'), { agent: from }));
    expect(event).toMatchObject({ from: { role } });
    expect(event).toEqual(
      automatic ? expect.objectContaining({ automatic }) : expect.not.objectContaining({ automatic: true }),
    );
  });

  test('of nobody in no session is a greeting, and proves no agent', () => {
    const desk = openDesk();
    desk.push(helpdeskSays(text('欢迎光临'), { agent: null, service_session: null, msgId: 'kf-1' }));
    expect(desk.events).toMatchObject([{ kind: 'message', from: { role: 'system' }, automatic: true }]);
    expect(desk.serving()).toBe('nobody');
    const hidden = { agent: null, service_session: { serviceSessionId: 's-1' } };
    expect(eventsIn(adapter, helpdeskSays(text('您好'), hidden))).toMatchObject([
      { from: { role: 'agent' } },
    ]);
  });

  test('that is plain, without an extension, is one all the same', () => {
    const request = helpdeskSays(text('您好'));
    const bare = eventsIn(adapter, { ...request });
    expect(bare).toMatchObject([{ kind: 'message', parts: [{ kind: 'text', text: '您好' }] }]);
  });

  test('that was taken back when it came is none', () => {
    expect(partsOf(text('您好'), { agent, recall_flag: 1 })).toBeNull();
  });

  test('may begin with the agent’s name', () => {
    const named = { showAgentName: true };
    expect(partsOf(text('您好'), { agent }, {}, named)).toEqual([{ kind: 'text', text: '小李：您好' }]);
    expect(partsOf(text('您好'), { agent: robot }, {}, named)).toEqual([{ kind: 'text', text: '您好' }]);
  });

  test('stays escaped where the tenant says so', () => {
    expect(partsOf(text('&lt;'), { agent }, {}, { unescapeHtml: false })).toEqual([
      { kind: 'text', text: '&lt;' },
    ]);
  });

  test('shows the address of a secret file only where it is allowed', () => {
    const bodies = { type: 'img', url: secretUrl, secret: 's' };
    expect(partsOf(bodies, {}, {}, { exposeSecretUrls: true })).toEqual([
      { kind: 'image', media: media(`${secretUrl}?share-secret=s`) },
    ]);
  });
});

describe('a robot’s text', () => {
  test('with markup becomes words, links and pictures; an agent’s stays as it is', () => {
    const html = text('<p>看<a href="https://a.example">这里</a></p><img src="//a.example/1.png">');
    expect(partsOf(html, { agent: robot })).toEqual([
      { kind: 'text', text: '看这里 (https://a.example)' },
      { kind: 'image', media: media('https://a.example/1.png') },
    ]);
    expect(partsOf(text('<b>'), { agent })).toEqual([{ kind: 'text', text: '<b>' }]);
  });

  const list = [
    { type: 'text', content: '您好' },
    { type: 'image', content: '//a.example/1.png' },
    { type: 'richtext', content: 'https://a.example/page' },
  ];
  const parts = [
    { kind: 'text', text: '您好' },
    { kind: 'image', media: media('https://a.example/1.png') },
    { kind: 'link', title: 'https://a.example/page', url: 'https://a.example/page' },
  ];

  test('that is a list of messages, by its mark or by setting, is each of them', () => {
    const bodies = text(JSON.stringify(list));
    expect(partsOf(bodies, { agent: robot, extRobot: { laiye: true } })).toEqual(parts);
    expect(partsOf(bodies, { agent: robot }, {}, { robotJson: true })).toEqual(parts);
    expect(partsOf(bodies, { agent: robot })).toEqual([{ kind: 'text', text: JSON.stringify(list) }]);
  });

  test.each(['[1]', '[]', '{"type":"text"}', '[{"type":"video","content":"x"}]', '[{'])(
    'that only looks like one (%s) stays a text',
    (msg) => {
      expect(partsOf(text(msg), { agent: robot, extRobot: { laiye: true } })).toEqual([
        { kind: 'text', text: msg },
      ]);
    },
  );
});

describe('an extension', () => {
  test('of news is a link each', () => {
    const articles = [
      { title: '一', description: '说明', picurl: '//a.example/1.png', url: '//a.example/1', date: '1' },
      { title: '二', url: 'https://a.example/2' },
      { title: '三' },
    ];
    expect(partsOf(text('[图文]'), {}, { msgtype: { articles } })).toEqual([
      {
        kind: 'link',
        title: '一',
        description: '说明',
        pictureUrl: 'https://a.example/1.png',
        url: 'https://a.example/1',
      },
      { kind: 'link', title: '二', url: 'https://a.example/2' },
      { kind: 'text', text: '三' },
    ]);
  });

  test('of a form is a link', () => {
    const ext = { type: 'html/form', msgtype: { html: { url: '/form/1', topic: '登记', desc: '请填写' } } };
    expect(partsOf(text(''), {}, ext)).toEqual([
      { kind: 'link', title: '登记', description: '请填写', url: 'https://kefu.easemob.com/form/1' },
    ]);
  });

  test('of a magic emoji is a picture', () => {
    const ext = { msgtype: { customMagicEmoji: { url: '//a.example/e.gif' } } };
    expect(partsOf(text('[动画]'), {}, ext)).toEqual([
      { kind: 'image', media: media('https://a.example/e.gif') },
    ]);
  });

  test.each(['sendVisitorTicket', 'roomData', 'sendVisitorCallback', 'videoPlayback'])(
    'of an invitation that WeChat has not (%s) is its text, or a line about it',
    (name) => {
      const ext = { msgtype: { [name]: { a: 1 } } };
      expect(partsOf(text('邀请您视频'), {}, ext)).toEqual([{ kind: 'text', text: '邀请您视频' }]);
      expect(partsOf({ type: 'cmd', action: '' }, {}, ext, { inviteText: '请用网页' })).toEqual([
        { kind: 'text', text: '请用网页' },
      ]);
    },
  );

  test.each(['track', 'order'])('of a card of the visitor’s own (%s) is nothing', (name) => {
    expect(partsOf(text('x'), {}, { msgtype: { [name]: { title: 'x' } } })).toBeNull();
  });
});

test('by the REST channel everything is read the same, whatever the style of its names', () => {
  const { adapter: own } = openDesk(rest);
  const body = {
    msg_id: 'r-1',
    to: 'oABC_1',
    timestamp: NOW,
    bodies: [{ type: 'video', url: '//x.example/a.mp4', file_length: 3 }],
    ext: {
      weichat: {
        agent: { user_type: 'Robot', user_nickname: '小环' },
        service_session: { service_session_id: 's-1' },
      },
    },
  };
  expect(eventsIn(own, restCallback(body))).toMatchObject([
    {
      kind: 'message',
      from: { role: 'robot', name: '小环' },
      parts: [{ kind: 'video', media: media('https://x.example/a.mp4') }],
      vendorId: 'r-1',
      visitor: 'oABC_1',
      keys: ['msg:r-1:0'],
    },
  ]);
});

describe('the download of an agent’s file', () => {
  test.each([
    [secretUrl, { headers: { authorization: 'Bearer YWMt-token' } }],
    ['https://a1.easemob.com.evil.example/1', {}],
    ['http://a1.easemob.com/1', {}],
    ['https://kefu.easemob.com/1', {}],
    ['nothing', {}],
  ])('from %s carries a token only where it is Easemob’s own', async (url, request) => {
    expect(await openDesk().adapter.mediaRequest?.(url)).toEqual(request);
  });

  test('waits where there is no token', async () => {
    const desk = openDesk(im, { '/token': says({ error: 'invalid_grant' }, 400) });
    expect(await desk.adapter.mediaRequest?.(secretUrl)).toBeUndefined();
  });

  test('needs none by the REST channel', () => expect(openDesk(rest).adapter.mediaRequest).toBeUndefined());
});
