import { describe, expect, test } from 'vitest';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import { callsOf, LOST, NOT_SENT, OK, openDesk, progressOf, says, sent, status } from './desk.ts';

describe('a text', () => {
  const texts = (desk: ReturnType<typeof openDesk>) =>
    callsOf(desk, 'send').map((call) => sent(call).content);

  test('longer than 4000 units is sent in pieces, a step each', async () => {
    const desk = openDesk({}, { route: 'robot' });
    const long = `${'好'.repeat(3999)}😀尾`;
    expect((await desk.say(long)).map(({ outcome }) => outcome)).toEqual(['more', 'more', 'accepted']);
    expect(texts(desk)).toEqual(['好'.repeat(3999), '😀尾']);
  });

  test('that was cut goes on where it stopped', async () => {
    const desk = openDesk({ send: [OK, NOT_SENT, OK] }, { route: 'robot' });
    const first = await desk.say('好'.repeat(4001));
    expect(first.at(-1)).toMatchObject({ outcome: 'later', because: 'vendor' });
    const progress = progressOf(first);
    await desk.say('好'.repeat(4001), { progress });
    expect(texts(desk).map((text) => String(text).length)).toEqual([4000, 1, 1]);
  });

  test('without words is not sent', async () => {
    const desk = openDesk();
    expect(await desk.say(' \n')).toEqual([{ outcome: 'accepted' }]);
    expect(desk.calls).toEqual([]);
  });

  test('has its emoji turned by setting', async () => {
    const desk = openDesk({}, { route: 'robot', emoji: 'map' });
    await desk.say('好的/::)谢谢/::<');
    expect(texts(desk)).toEqual(['好的[大笑]谢谢[流泪]']);
    const asIs = openDesk({}, { route: 'robot' });
    await asIs.say('/::)');
    expect(texts(asIs)).toEqual(['/::)']);
  });

  test('stands for what Qiyu has no type for', async () => {
    const desk = openDesk({}, { route: 'robot' });
    await desk.forward([
      { kind: 'link', title: '商品', description: '好', url: 'https://shop.example/1' },
      { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop?id=1' },
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '西湖' },
      { kind: 'file', name: '合同.pdf', description: '3 MB' },
      { kind: 'choice', of: 'menu', option: { id: '7', label: '退货' } },
      { kind: 'unsupported', vendorKind: 'sticker' },
    ]);
    expect(texts(desk)).toEqual([
      '商品\n好\nhttps://shop.example/1',
      '[小程序卡片] 店铺\npages/shop?id=1',
      '[位置] 西湖 (30.5,120.25)\nhttps://apis.map.qq.com/uri/v1/marker?marker=coord%3A30.5%2C120.25%3Btitle%3A%E8%A5%BF%E6%B9%96',
      '[文件] 合同.pdf 3 MB',
      '退货',
      '[暂不支持的消息] sticker',
    ]);
  });
});

describe('a medium', () => {
  const UPLOADED = says({ code: 200, url: 'https://qiyu.example/u' });
  const media = { id: 'x_1', from: {} };
  const copy = (bytes: Buffer, change: Partial<KeptMedia> = {}): KeptMedia => ({
    type: 'image/png',
    bytes: bytes.length,
    name: 'a.png',
    md5: '0'.repeat(32),
    read: async () => bytes,
    ...change,
  });
  const bytes = Buffer.from('qiyu-file-0001');
  const md5 = '89a120a7ec4f3e37ee06c68243d390d9';
  const open = (answers = {}, settings = {}, kept: KeptMedia | undefined = copy(bytes)) => {
    const desk = openDesk({ upload: UPLOADED, ...answers }, { route: 'robot', ...settings });
    if (kept) desk.copies.set('x_1', kept);
    return desk;
  };
  const messages = (desk: ReturnType<typeof openDesk>) =>
    callsOf(desk, 'send').map((call) => ({ ...sent(call), uid: undefined }));

  test('is uploaded, then sent with size, MD5 and measures; its content is an object', async () => {
    const desk = open({}, {}, copy(bytes, { width: 200, height: 120 }));
    const deliveries = await desk.forward([{ kind: 'image', media }]);
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(['more', 'more', 'accepted']);
    expect(messages(desk)).toEqual([
      { msgType: 'PICTURE', content: { url: 'https://qiyu.example/u', size: 14, md5, w: 200, h: 120 } },
    ]);
  });

  test('is not uploaded again when the message is', async () => {
    const desk = open({ send: [NOT_SENT, OK] });
    const first = await desk.forward([{ kind: 'image', media }]);
    const progress = progressOf(first);
    await desk.forward([{ kind: 'image', media }], { progress });
    expect(desk.names().filter((name) => name === 'upload')).toHaveLength(1);
    expect(callsOf(desk, 'send')).toHaveLength(2);
  });

  test.each([
    ['cannot be had', undefined, {}],
    ['is larger than 5 MB', copy(bytes, { bytes: 5_242_881 }), {}],
    ['is refused', copy(bytes), { upload: says({ code: 14501 }) }],
    ['is refused by the gateway', copy(bytes), { upload: status(413) }],
  ])('that %s is a line of text', async (_what, kept, answers) => {
    const desk = open(answers, {}, kept as KeptMedia);
    if (kept === undefined) desk.copies.clear();
    expect((await desk.forward([{ kind: 'image', media }])).at(-1)).toMatchObject({ outcome: 'accepted' });
    expect(messages(desk)).toEqual([{ msgType: 'TEXT', content: '[图片] 发送失败' }]);
  });

  test('whose upload got lost is uploaded again: nothing of it is unknown', async () => {
    const desk = open({ upload: LOST });
    expect((await desk.forward([{ kind: 'image', media }])).at(-1)).toEqual({
      outcome: 'later',
      code: 'etimedout',
      because: 'vendor',
    });
  });

  test('that Qiyu cannot digest is tried a few times, then it is a line of text', async () => {
    const desk = open({ upload: says({ code: 14500 }) });
    expect((await desk.forward([{ kind: 'image', media }])).at(-1)).toMatchObject({
      outcome: 'later',
      because: 'message',
      atMost: 5,
    });
    expect((await desk.forward([{ kind: 'image', media }], { number: 5 })).at(-1)).toMatchObject({
      outcome: 'accepted',
    });
    expect(messages(desk)).toEqual([{ msgType: 'TEXT', content: '[图片] 发送失败' }]);
  });

  test('of sound has its length in milliseconds, counted, else guessed, never 0', async () => {
    const amr = Buffer.concat([
      Buffer.from('#!AMR\n'),
      ...Array.from({ length: 200 }, () => Buffer.concat([Buffer.from([0x3c]), Buffer.alloc(31)])),
    ]);
    const desk = open({}, {}, copy(amr, { type: 'audio/amr' }));
    await desk.forward([{ kind: 'voice', media }]);
    expect(messages(desk)).toMatchObject([{ msgType: 'AUDIO', content: { size: 6406, dur: 4000 } }]);
    const unknown = open();
    await unknown.forward([{ kind: 'voice', media }]);
    expect(messages(unknown)).toMatchObject([{ content: { dur: 1000 } }]);
    const told = open();
    await told.forward([{ kind: 'voice', media, durationMs: 2500 }]);
    expect(messages(told)).toMatchObject([{ content: { dur: 2500 } }]);
    const words = openDesk({}, { route: 'robot' });
    await words.forward([{ kind: 'voice', media, transcript: '你好' }]);
    expect(messages(words)).toEqual([{ msgType: 'TEXT', content: '[语音] 你好' }]);
  });

  test('without a type of its own is a link, or what the tenant was told to work', async () => {
    const desk = open();
    await desk.forward([
      { kind: 'video', media },
      { kind: 'file', name: '合同.pdf', media },
    ]);
    expect(messages(desk)).toEqual([
      { msgType: 'TEXT', content: '[视频] https://qiyu.example/u' },
      { msgType: 'TEXT', content: '[文件] 合同.pdf https://qiyu.example/u' },
    ]);
    const extra = open({}, { extraSendTypes: ['VIDEO', 'FILE'] });
    await extra.forward([{ kind: 'video', media: { ...media, name: 'a.mp4' } }]);
    expect(messages(extra)).toEqual([
      {
        msgType: 'VIDEO',
        content: { url: 'https://qiyu.example/u', size: 14, md5, name: 'a.mp4', ext: 'mp4' },
      },
    ]);
  });
});

test('an attempt that is called off ends, and was not sent', async () => {
  const desk = openDesk();
  expect((await desk.say('你好', { signal: AbortSignal.abort() })).at(-1)).toEqual({
    outcome: 'later',
    code: 'aborted',
    because: 'vendor',
  });
  expect(desk.calls).toEqual([]);
});
