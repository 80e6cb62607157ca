import { describe, expect, test } from 'vitest';
import { planPieces } from '../../../adapters/zhichi/pieces.ts';
import { zhichiSettings } from '../../../adapters/zhichi/settings.ts';
import type { Part } from '../../../src/model/message.ts';
import {
  accountSettings,
  CID,
  callsOf,
  code,
  type Desk,
  item,
  items,
  kept,
  LOST,
  NOT_SENT,
  NOW,
  openDesk,
  PARTNER,
  SENT,
  sentOf,
  status,
} from './desk.ts';

const media = { id: 'x_1', from: {} };
const link = 'https://bridge.example.com/media/x_1/a.jpg';
const amr = Buffer.from([
  ...Buffer.from('#!AMR\n'),
  ...Array.from({ length: 150 }, () => [0x04, ...Array(12).fill(0)]).flat(),
]);
const contents = (desk: Desk) => sentOf(desk, 'send').map(({ content, msg_type }) => [msg_type, content]);

describe('what a visitor sends', () => {
  test.each<[Part, readonly string[]]>([
    [{ kind: 'text', text: '你好 /::) [微笑]' }, ['你好 /::) [微笑]']],
    [{ kind: 'text', text: ' \n ' }, []],
    [
      { kind: 'link', title: '杯子', description: '白色', url: 'https://shop.example/1' },
      ['杯子\n白色\nhttps://shop.example/1'],
    ],
    [{ kind: 'miniProgramPage', title: '店铺', path: 'pages/shop?id=1' }, ['[小程序] 店铺\npages/shop?id=1']],
    [
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '门店' },
      [
        '[位置] 门店 (30.5,120.25)\nhttps://apis.map.qq.com/uri/v1/marker?marker=coord%3A30.5%2C120.25%3Btitle%3A%E9%97%A8%E5%BA%97',
      ],
    ],
    [{ kind: 'choice', of: 'menu', option: { id: 'd1', label: '退货' } }, ['退货']],
    [{ kind: 'menu', text: '请选', options: [{ id: '1', label: '退货' }] }, ['请选\n1. 退货']],
    [{ kind: 'file', name: '合同.pdf', description: '3 页' }, ['[文件] 合同.pdf 3 页']],
    [{ kind: 'unsupported', vendorKind: 'sticker' }, ['[sticker] 暂不支持']],
    [{ kind: 'unsupported', vendorKind: 'sticker', text: '贴图' }, ['贴图']],
    [{ kind: 'event', name: 'session-enter' }, []],
  ])('as %j reaches agents in words', (part, words) => {
    const settings = zhichiSettings.parse(accountSettings);
    expect(planPieces([part], settings)).toEqual(words.map((text) => ({ kind: 'text', text })));
  });

  test('of 1001 characters is two, in order, with every character whole', async () => {
    const desk = openDesk();
    await desk.say(`${'好'.repeat(999)}😀!`);
    expect(contents(desk)).toEqual([
      ['text', '好'.repeat(999)],
      ['text', '😀!'],
    ]);
  });

  test('in two pieces is sent from where it stopped', async () => {
    const desk = openDesk({ send: [SENT, NOT_SENT, SENT] }, { maxTextChars: 2 });
    const [, first, put] = await desk.say('一二三四');
    expect([first?.outcome, put?.outcome]).toEqual(['more', 'later']);
    const progress = first?.outcome === 'more' ? first.progress : null;
    await desk.say('一二三四', { progress, number: 2 });
    expect(contents(desk).map(([, content]) => content)).toEqual(['一二', '三四', '三四']);
  });

  test('without words is no call', async () => {
    const desk = openDesk();
    expect(await desk.said('  ')).toEqual({ outcome: 'accepted' });
    expect(desk.calls).toEqual([]);
  });
});

describe('a medium', () => {
  test.each<[string, Part, string, Record<string, unknown>, readonly [string, string]]>([
    ['picture', { kind: 'image', media }, 'image/jpeg', {}, ['image', link]],
    ['voice', { kind: 'voice', media }, 'audio/amr', {}, ['text', `[语音] 3 秒 ${link}`]],
    [
      'voice with its words',
      { kind: 'voice', media, durationMs: 2000, transcript: '有货吗' },
      'audio/amr',
      {},
      ['text', `[语音] 2 秒 ${link}\n有货吗`],
    ],
    [
      'AMR, never as voice',
      { kind: 'voice', media, durationMs: 2000 },
      'audio/amr',
      { voice: 'convert' },
      ['text', `[语音] 2 秒 ${link}`],
    ],
    ['MP3 as voice', { kind: 'voice', media }, 'audio/mpeg', { voice: 'convert' }, ['voice', link]],
    ['video', { kind: 'video', media }, 'video/mp4', {}, ['text', `[视频] ${link}`]],
    ['video as such', { kind: 'video', media }, 'video/mp4', { sendVideo: true }, ['video', link]],
    [
      'file',
      { kind: 'file', name: '合同.pdf', media },
      'application/pdf',
      {},
      ['text', `[文件] 合同.pdf ${link}`],
    ],
  ])('goes as the link where agents find it: %s', async (_what, part, type, settings, expected) => {
    const desk = openDesk({}, settings);
    desk.copies.set('x_1', kept(type, amr));
    await desk.forward([part]);
    expect(contents(desk)).toEqual([expected]);
  });

  test.each<[Part, string]>([
    [{ kind: 'image', media }, '[图片] 发送失败'],
    [{ kind: 'voice', media }, '[语音] 发送失败'],
    [{ kind: 'voice', media, transcript: '有货吗' }, '[语音] 有货吗'],
    [{ kind: 'video', media }, '[视频] 发送失败'],
    [{ kind: 'file', name: '合同.pdf', media }, '[文件] 合同.pdf 发送失败'],
  ])('that cannot be had is a line of text: %j', async (part, line) => {
    const desk = openDesk();
    await desk.forward([part]);
    const large = openDesk({}, { maxFileBytes: 2 });
    large.copies.set('x_1', kept('image/jpeg'));
    await large.forward([part]);
    for (const each of [desk, large]) expect(contents(each)).toEqual([['text', line]]);
  });

  test('of a card is shown where that is wanted', async () => {
    const card = { kind: 'miniProgramPage', title: '店铺', path: 'p', picture: media } as const;
    const desk = openDesk({}, { cardThumb: true });
    desk.copies.set('x_1', kept('image/jpeg'));
    await desk.forward([card]);
    expect(contents(desk)).toEqual([
      ['text', '[小程序] 店铺\np'],
      ['image', link],
    ]);
  });
});

describe('an upload', () => {
  const settings = { mediaVia: 'ticketUpload' };
  const url = 'https://img.zhichi.example/1.jpg';
  const picture: Part = { kind: 'image', media };
  const open = (upload: Parameters<typeof openDesk>[0] = {}) => {
    const desk = openDesk(upload, settings);
    desk.copies.set('x_1', kept('image/jpeg', Buffer.from([0, 255, 13, 10]), '图 "1".jpg'));
    return desk;
  };

  test('is a form of the file and a text beside it, and its address is sent', async () => {
    const desk = open({ upload: item({ file_url: url }) });
    await desk.forward([picture]);
    const [call] = callsOf(desk, 'upload');
    expect(call?.headers?.['content-type']).toMatch(
      /^multipart\/form-data; boundary=----bridge[0-9a-f]{32}$/,
    );
    const body = Buffer.from(call?.body as Uint8Array).toString('latin1');
    expect(body).toMatch(/name="file_num_key"\r\n\r\n[0-9a-f]{32}\r\n/);
    expect(body).toContain('name="file"; filename="');
    expect(contents(desk)).toEqual([['image', url]]);
  });

  test('is not repeated with the message', async () => {
    const desk = open({ upload: item({ file_url: url }), send: [NOT_SENT, SENT] });
    const deliveries = await desk.forward([picture]);
    const more = deliveries.findLast(({ outcome }) => outcome === 'more');
    const progress = more?.outcome === 'more' ? more.progress : null;
    await desk.forward([picture], { progress, number: 2 });
    expect(callsOf(desk, 'upload')).toHaveLength(1);
    expect(contents(desk)).toEqual([
      ['image', url],
      ['image', url],
    ]);
  });

  test.each([
    ['is refused', code('400001')],
    ['is too large', status(413)],
    ['has no address', item({})],
  ])('that %s is a line of text', async (_what, upload) => {
    const desk = open({ upload });
    await desk.forward([picture]);
    expect(contents(desk)).toEqual([['text', '[图片] 发送失败']]);
  });

  test('that fails for the vendor’s sake comes later; one that fails by itself is given up', async () => {
    expect((await open({ upload: status(503) }).forward([picture])).at(-1)).toMatchObject({
      because: 'vendor',
    });
    expect((await open({ upload: LOST }).forward([picture])).at(-1)).toMatchObject({ outcome: 'later' });
    const excepted = open({ upload: code('999999') });
    expect((await excepted.forward([picture])).at(-1)).toMatchObject({
      outcome: 'later',
      because: 'message',
    });
  });
});

describe('a message whose answer was lost', () => {
  const lost = { startedAt: NOW, code: 'etimedout' };
  const entry = (msg: string, t: number, sender = 0) => ({
    cid: 'c',
    sender_type: sender,
    msg,
    msg_type: 0,
    t: String(t),
  });

  test('is not sent again if the record has it', async () => {
    const desk = openDesk({ record: items([entry('一', NOW + 100)]) });
    expect(await desk.said('一', { number: 2, lost })).toMatchObject({
      outcome: 'accepted',
      vendorId: expect.any(String),
    });
    expect(desk.names()).toEqual(['token', 'record']);
  });

  test.each([
    ['has nothing', []],
    ['has other words', [entry('二', NOW)]],
    ['has it of somebody else', [entry('一', NOW, 2)]],
    ['has it of long before', [entry('一', NOW - 5001)]],
  ])('is sent again if the record %s', async (_what, record) => {
    const desk = openDesk({ record: items(record) });
    expect(await desk.said('一', { number: 2, lost })).toMatchObject({ outcome: 'accepted' });
    expect(callsOf(desk, 'send')).toHaveLength(1);
  });

  test('is looked for in other forms of its words, and by the address of a medium', async () => {
    const text = openDesk({ record: items([entry('<p>a &lt; b</p>', NOW)]) });
    await text.say('a < b', { number: 2, lost });
    expect(callsOf(text, 'send')).toEqual([]);
    const picture = openDesk({ record: items([{ ...entry(link, NOW), msg_type: 1 }]) });
    picture.copies.set('x_1', kept('image/jpeg'));
    await picture.forward([{ kind: 'image', media }], { number: 2, lost });
    expect(callsOf(picture, 'send')).toEqual([]);
  });

  test('of the same words as one before stays a second one', async () => {
    const desk = openDesk({ record: items([entry('好', NOW)]) });
    const first = await desk.said('好');
    const explained = 'vendorId' in first && first.vendorId !== undefined ? [first.vendorId] : [];
    desk.clock.now += 2000;
    const again = { key: 'm_2', number: 2, lost: { ...lost, startedAt: NOW + 1000 }, explained };
    expect(await desk.said('好', again)).toMatchObject({ outcome: 'accepted' });
    expect(callsOf(desk, 'send')).toHaveLength(2);
    const both = openDesk({ record: items([entry('好', NOW), entry('好', NOW + 1500)]) });
    await both.say('好', again);
    expect(callsOf(both, 'send')).toEqual([]);
  });

  test('is sent again without asking, where that is wanted', async () => {
    const desk = openDesk({ record: items([entry('一', NOW)]) });
    await desk.say('一', { number: 2, lost: { ...lost, repeats: true } });
    expect(desk.names()).toEqual(['token', 'connect', 'send']);
  });

  test('waits while the record cannot be read', async () => {
    for (const record of [LOST, NOT_SENT, status(503), code('999999')]) {
      const desk = openDesk({ record });
      expect(await desk.said('一', { number: 2, lost })).toMatchObject({
        outcome: 'later',
        because: 'vendor',
        afterMs: 5000,
      });
      expect(callsOf(desk, 'send')).toEqual([]);
    }
  });

  test('is settled before anything else, and goes on with its next piece', async () => {
    const desk = openDesk({ record: items([entry('一二', NOW)]) }, { maxTextChars: 2 });
    await desk.say('一二三四', { number: 2, lost });
    expect(desk.names()).toEqual(['token', 'record', 'connect', 'send']);
    expect(contents(desk)).toEqual([['text', '三四']]);
  });

  test('is looked for by its session, where one is known', async () => {
    const desk = openDesk();
    await desk.say('一');
    await desk.say('二', { key: 'm_2', number: 2, lost });
    expect(sentOf(desk, 'record')).toEqual([{ cid: CID }]);
    const forgetful = openDesk();
    await forgetful.say('二', { key: 'm_2', number: 2, lost });
    expect(sentOf(forgetful, 'record')).toEqual([{ partnerid: PARTNER, from: 0 }]);
  });
});
