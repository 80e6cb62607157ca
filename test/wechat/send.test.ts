import { describe, expect, test } from 'vitest';
import type { Part } from '../../src/model/message.ts';
import { APPID, VISITOR } from './account.ts';
import {
  attemptOf,
  imageReply,
  OK,
  openDesk,
  PNG,
  replyOf,
  says,
  sendAll,
  sent,
  status,
  textReply,
  textSent,
} from './desk.ts';

const media = async () => PNG;
const UPLOADED = says({ type: 'image', media_id: 'up-1', created_at: 1_672_500_000, item: [] }, 'text/plain');
const error = (errcode: number) => says({ errcode, errmsg: `refused rid: 65ffe934-2355113d-79ef0b31` });

describe('a text', () => {
  test('is one send, in raw UTF-8', async () => {
    const desk = openDesk();
    expect(await sendAll(desk, textReply('您好 👋\n<b>'))).toEqual([{ outcome: 'accepted' }]);
    expect(desk.calls).toHaveLength(1);
    expect(desk.calls[0]).toMatchObject({ method: 'POST', name: '/cgi-bin/message/custom/send' });
    expect(desk.calls[0]?.body).toBe(
      `{"touser":"${VISITOR}","msgtype":"text","text":{"content":"您好 👋\\n<b>"}}`,
    );
  });

  test('with half a character is made whole', async () => {
    const desk = openDesk();
    await sendAll(desk, textReply('a\ud83d'));
    expect(sent(desk.calls[0])).toMatchObject({ text: { content: 'a\ufffd' } });
  });

  test('keeps its lines, and loses the signs that nobody sees', async () => {
    const desk = openDesk();
    await sendAll(desk, textReply('一\v二\f三\u0085四\r\n五\t六\u0000\u001b\u0007'));
    expect(sent(desk.calls[0])).toMatchObject({ text: { content: '一\n二\n三\n四\r\n五\t六' } });
    expect(await sendAll(desk, textReply('\u0000'))).toEqual([{ outcome: 'refused', code: 'empty' }]);
  });

  test.each<[Part, object]>([
    [
      {
        kind: 'link',
        title: 'a\ud83d',
        url: 'https://shop.example/1',
        pictureUrl: 'https://shop.example/1.png',
      },
      {},
    ],
    [{ kind: 'menu', text: '\udc00', options: [{ id: '1', label: 'b\ud83d\u0001' }] }, { kind: 'service' }],
    [{ kind: 'location', latitude: 30, longitude: 120, label: 'a\u001f\ud83d' }, {}],
  ])('in whatever it stands is written without escapes (%j)', async (part, settings) => {
    const desk = openDesk([OK], { settings });
    await sendAll(desk, replyOf([part]));
    expect(String(desk.calls[0]?.body)).toContain('\ufffd');
    expect(String(desk.calls[0]?.body)).not.toContain('\\u');
  });

  test('that is too long is split while sends are left, with the words in order', async () => {
    const lines = ['一', '二', '三'].map((sign) => sign.repeat(500));
    const desk = openDesk();
    const outcomes = await sendAll(desk, textReply(lines.join('\n')), { sends: 3 });
    expect(outcomes.map((outcome) => ('sent' in outcome ? 'sent' : outcome.outcome))).toEqual([
      'sent',
      'sent',
      'accepted',
    ]);
    expect(desk.calls.map(textSent)).toEqual(lines);
  });

  test('that is too long for the sends that are left is cut, with a link to the whole', async () => {
    const long = '好'.repeat(1000);
    const kept: string[] = [];
    const keepText = async (text: string) => {
      kept.push(text);
      return 'https://bridge.example/media/x/message.txt';
    };
    const desk = openDesk();
    expect(await sendAll(desk, textReply(long), { sends: 1, keepText })).toEqual([{ outcome: 'accepted' }]);
    const text = textSent(desk.calls[0]);
    expect(text).toMatch(/^好{600,}…\n\[全文\] https:\/\/bridge\.example\/media\/x\/message\.txt$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048);
    expect(kept).toEqual([long]);
  });

  test('that is too long is split after all where no link can lead to the whole', async () => {
    const desk = openDesk();
    await sendAll(desk, textReply('好'.repeat(1000)), { sends: 1 });
    expect(desk.calls.map(textSent).join('')).toBe('好'.repeat(1000));
  });

  test('that is split goes on where it was when fewer sends are left than thought', async () => {
    const desk = openDesk();
    const reply = textReply(['一', '二', '三'].map((sign) => sign.repeat(682)).join(''));
    const first = await desk.channel.send(reply, attemptOf({ sends: 3 }));
    const progress = first.outcome === 'more' ? first.progress : null;
    const keepText = async () => 'https://bridge.example/t';
    expect(await desk.channel.send(reply, attemptOf({ sends: 1, keepText, progress }))).toEqual({
      outcome: 'accepted',
    });
    expect(textSent(desk.calls[1])).toMatch(/^二+…\n\[全文\] https/);
  });

  test('within the limit that is too long nevertheless is halved, once', async () => {
    const desk = openDesk([error(45002), OK]);
    await sendAll(desk, textReply('好'.repeat(100)));
    expect(desk.calls.slice(1).map(textSent)).toEqual(['好'.repeat(50), '好'.repeat(50)]);
    const stubborn = openDesk([error(45002)]);
    expect((await sendAll(stubborn, textReply('好'.repeat(100)))).at(-1)).toEqual({
      outcome: 'refused',
      code: '45002',
    });
    expect(stubborn.calls).toHaveLength(2);
  });

  test('keeps a link to the own mini-program, and loses it where WeChat refuses it, once', async () => {
    const link = `<a href="https://a.example" data-miniprogram-appid="${APPID}">这里</a>`;
    const desk = openDesk([error(45086), OK]);
    await sendAll(desk, textReply(`看${link}`));
    expect(desk.calls.map(textSent)).toEqual([`看${link}`, '看这里 https://a.example']);
    const stubborn = openDesk([error(45086)]);
    expect((await sendAll(stubborn, textReply(link))).at(-1)).toEqual({ outcome: 'refused', code: '45086' });
  });

  test('with a link to a foreign mini-program goes without it from the first', async () => {
    const desk = openDesk();
    await sendAll(desk, textReply('看<a href="https://a.example" data-miniprogram-appid="wx0">这里</a>'));
    expect(desk.calls.map(textSent)).toEqual(['看这里 https://a.example']);
  });

  test('without words is refused', async () => {
    expect(await sendAll(openDesk(), textReply(' '))).toEqual([{ outcome: 'refused', code: 'empty' }]);
  });

  test('of a robot is marked, if the settings want it, and a sub-merchant is named', async () => {
    const robot = replyOf([{ kind: 'text', text: 'a' }], { from: { role: 'robot' } });
    const desk = openDesk([OK], { settings: { businessId: '7' } });
    await sendAll(desk, robot);
    await sendAll(desk, textReply());
    expect(sent(desk.calls[0])).toMatchObject({ aimsgcontext: { is_ai_msg: 1 }, businessid: '7' });
    expect(sent(desk.calls[1])).not.toHaveProperty('aimsgcontext');
    await sendAll(desk, textReply(), { business: '8' });
    expect(sent(desk.calls[2])).toMatchObject({ businessid: '8' });
    const unmarked = openDesk([OK], { settings: { aiMark: false } });
    await sendAll(unmarked, robot);
    expect(Object.keys(sent(unmarked.calls[0]) as object)).toEqual(['touser', 'msgtype', 'text']);
  });
});

describe('an image', () => {
  test('is uploaded in one attempt and sent in the next', async () => {
    const desk = openDesk([UPLOADED, OK]);
    const first = await desk.channel.send(imageReply, attemptOf({ media }));
    expect(first).toEqual({ outcome: 'more', progress: { piece: 0, form: 0 } });
    expect(desk.calls).toHaveLength(1);
    const progress = first.outcome === 'more' ? first.progress : null;
    expect(await desk.channel.send(imageReply, attemptOf({ media, progress }))).toEqual({
      outcome: 'accepted',
    });
    expect(sent(desk.calls[1])).toEqual({ touser: VISITOR, msgtype: 'image', image: { media_id: 'up-1' } });
  });

  test('goes up as one buffer with an unquoted boundary and an ASCII name', async () => {
    const desk = openDesk([UPLOADED]);
    await desk.channel.send(imageReply, attemptOf({ media }));
    const boundary = `----bridge${'00'.repeat(12)}`;
    expect(desk.calls[0]?.headers).toEqual({ 'content-type': `multipart/form-data; boundary=${boundary}` });
    expect(new URL(desk.calls[0]?.url ?? '').searchParams.get('type')).toBe('image');
    expect(desk.calls[0]?.body).toEqual(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="media.png"\r\n` +
          `Content-Type: image/png\r\n\r\n\x01\x02\r\n\r\n--${boundary}--\r\n`,
      ),
    );
  });

  test('whose id WeChat no longer knows is uploaded again, once, and is a line with its link then', async () => {
    const again = says({ media_id: 'up-2' });
    const desk = openDesk([UPLOADED, error(40007), again, OK]);
    expect((await sendAll(desk, imageReply, { media })).map(({ outcome }) => outcome)).toEqual([
      'more',
      'more',
      'more',
      'accepted',
    ]);
    expect(sent(desk.calls[3])).toMatchObject({ image: { media_id: 'up-2' } });
    const stubborn = openDesk([UPLOADED, error(40007), again, error(40007), OK]);
    expect((await sendAll(stubborn, imageReply, { media })).at(-1)).toEqual({ outcome: 'accepted' });
    expect(textSent(stubborn.calls[4])).toBe('[图片] https://desk.example/a.png');
  });

  test.each([
    ['cannot be had', undefined],
    ['is too large', { ...PNG, bytes: 2_097_153, read: async () => Buffer.alloc(2_097_153) }],
    ['is of a type that WeChat does not take', { ...PNG, type: 'image/webp' }],
  ])('that %s becomes a line with its link', async (_case, kept) => {
    const desk = openDesk();
    expect(await sendAll(desk, imageReply, { media: async () => kept })).toEqual([{ outcome: 'accepted' }]);
    expect(sent(desk.calls[0])).toMatchObject({ text: { content: '[图片] https://desk.example/a.png' } });
  });

  test('that WeChat refuses to take becomes a line with its link', async () => {
    const desk = openDesk([error(40005), OK]);
    await sendAll(desk, imageReply, { media });
    expect(sent(desk.calls[1])).toMatchObject({ msgtype: 'text' });
  });

  test.each([
    [{ kind: 'lost', code: 'etimedout' } as const, { outcome: 'later', because: 'vendor' }],
    [status(200), { outcome: 'later', code: 'unreadable', because: 'vendor' }],
    [status(503), { outcome: 'later', because: 'vendor' }],
    [error(45009), { outcome: 'pause' }],
    [error(48001), { outcome: 'pause' }],
  ])('whose upload failed is uploaded anew, never unknown (%#)', async (answer, outcome) => {
    expect(await sendAll(openDesk([answer]), imageReply, { media })).toMatchObject([outcome]);
  });
});

describe('a reply of several parts', () => {
  const parts = [
    { kind: 'text', text: 'a' },
    { kind: 'link', title: 'b', url: 'https://b.example' },
    ...imageReply.parts,
    { kind: 'text', text: 'c' },
  ] as const;

  test('joins texts, keeps the order, and tells which step was a send', async () => {
    const desk = openDesk([OK, UPLOADED, OK, OK]);
    const outcomes = await sendAll(desk, replyOf(parts), { media });
    expect(outcomes.map((outcome) => ('sent' in outcome ? 'sent' : outcome.outcome))).toEqual([
      'sent',
      'more',
      'sent',
      'accepted',
    ]);
    expect(sent(desk.calls[0])).toMatchObject({ text: { content: 'a\nb\nhttps://b.example' } });
    expect(sent(desk.calls[2])).toMatchObject({ msgtype: 'image' });
    expect(sent(desk.calls[3])).toMatchObject({ text: { content: 'c' } });
  });

  test('of which nothing can be shown is refused', async () => {
    expect(await sendAll(openDesk(), replyOf([{ kind: 'event', name: 'x' }]))).toEqual([
      { outcome: 'refused', code: 'empty' },
    ]);
  });

  test('shows what WeChat has no type for as text', async () => {
    const desk = openDesk();
    const from = { url: 'https://desk.example/f' };
    await sendAll(
      desk,
      replyOf([
        { kind: 'voice', media: { id: 'x', from }, transcript: '喂' },
        { kind: 'video', media: { id: 'x', from: { channelId: 'c' } } },
        { kind: 'file', name: 'a.pdf', media: { id: 'x', from } },
        { kind: 'miniProgramPage', title: '订单', path: 'p' },
        { kind: 'location', latitude: 1, longitude: 2, label: '家' },
        {
          kind: 'menu',
          text: '选择',
          options: [
            { id: '9', label: '甲' },
            { id: '8', label: '乙' },
          ],
        },
        { kind: 'choice', of: 'menu', option: { id: '9', label: '甲' } },
        { kind: 'unsupported', vendorKind: 'x' },
      ]),
    );
    expect((sent(desk.calls[0]) as { text: { content: string } }).text.content.split('\n')).toEqual([
      '[语音] 喂 https://desk.example/f',
      '[视频]',
      '[文件] a.pdf https://desk.example/f',
      '[小程序] 订单',
      '[位置] 家 1,2',
      '选择',
      '1. 甲',
      '2. 乙',
      '甲',
      '[暂不支持的消息]',
    ]);
  });
});

describe('the outcome of a send', () => {
  // What each code and each kind of failure comes to: error-table.test.ts.
  test.each([
    ['a 404 of some proxy', status(404), { outcome: 'later', code: 'http 404', because: 'vendor' }],
    ['a 413', status(413), { outcome: 'refused', code: 'http 413' }],
    [
      'an endless answer',
      { kind: 'tooLarge', code: 'over' } as const,
      { outcome: 'unknown', code: 'tooLarge' },
    ],
    ['an answer without errcode', says({}), { outcome: 'accepted' }],
    ['an answer as text/plain', says({ errcode: 0 }, 'text/plain'), { outcome: 'accepted' }],
  ])('after %s', async (_case, answer, outcome) => {
    expect(await sendAll(openDesk([answer]), textReply())).toEqual([outcome]);
  });

  test('is logged with code and request id, and without words, names or secrets', async () => {
    const desk = openDesk([error(45047)]);
    await sendAll(desk, textReply('私密的话'));
    expect(desk.lines).toEqual([
      'wechat.refused {"call":"/cgi-bin/message/custom/send","errcode":45047,"rid":"65ffe934-2355113d-79ef0b31"}',
    ]);
  });
});
