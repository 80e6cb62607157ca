import { describe, expect, test } from 'vitest';
import type { Part } from '../../src/model/message.ts';
import type { ConvertPicture } from '../../src/ports/media.ts';
import { APPID } from './account.ts';
import { BOUND, type FileName, FOREIGN, files, mediumOf, openPretended, THUMB_URL } from './pretended.ts';

const anyId = expect.stringMatching(/^[\w-]{64}$/);
const bridge = (name: FileName) => `https://bridge.example/media/x_${name}`;
const text = (content: string) => ({ msgtype: 'text', text: { content } });
const thumb = { defaultThumb: THUMB_URL };

function link(title: string, description: string, url: string, picture = THUMB_URL) {
  return { msgtype: 'link', link: { title, description, url, thumb_url: picture } };
}

function news(title: string, description: string, url: string, picture?: string) {
  const article = { title, description, url, ...(picture !== undefined && { picurl: picture }) };
  return { msgtype: 'news', news: { articles: [article] } };
}

function page(appid: string, title = '订单') {
  return {
    msgtype: 'miniprogrampage',
    miniprogrampage: { title, appid, pagepath: 'pages/order?id=1', thumb_media_id: anyId },
  };
}

const image = { msgtype: 'image', image: { media_id: anyId } };
const voice = { msgtype: 'voice', voice: { media_id: anyId } };
const video = {
  msgtype: 'video',
  video: { media_id: anyId, thumb_media_id: anyId, title: '', description: '' },
};
const card = (appid?: string, picture?: FileName): Part => ({
  kind: 'miniProgramPage',
  title: '订单',
  path: '/pages/order?id=1',
  ...(appid !== undefined && { appid }),
  ...(picture !== undefined && { picture: mediumOf(picture) }),
});
const shopLink = { kind: 'link', title: '商品', url: 'https://shop.example/1' } as const;
const menu = {
  kind: 'menu',
  text: '请评分',
  tail: '谢谢',
  options: [
    { id: '100', label: '满意' },
    { id: '1', label: '不满意' },
  ],
} as const;
const menuText = text('请评分\n1. 满意\n2. 不满意\n谢谢');
const place = { kind: 'location', latitude: 30.25, longitude: 120.1, label: '西湖' } as const;

interface Row {
  readonly part: Part;
  readonly settings?: object;
  readonly mini: object;
  readonly official: object;
}

/** A part, and what either kind of account sends it as. */
const table: Readonly<Record<string, Row>> = {
  'a text': { part: { kind: 'text', text: '您好' }, mini: text('您好'), official: text('您好') },
  'a picture': { part: { kind: 'image', media: mediumOf('png') }, mini: image, official: image },
  'a picture of a type that WeChat does not take': {
    part: { kind: 'image', media: mediumOf('webp') },
    mini: text(`[图片] ${bridge('webp')}`),
    official: news('[图片]', '点击查看', bridge('webp')),
  },
  'a picture that is too large, with a thumb': {
    part: { kind: 'image', media: mediumOf('large.png') },
    settings: thumb,
    mini: link('[图片]', '点击查看', bridge('large.png')),
    official: news('[图片]', '点击查看', bridge('large.png'), THUMB_URL),
  },
  'a picture that is gone': {
    part: { kind: 'image', media: mediumOf('gone') },
    mini: text('[图片] https://desk.example/gone'),
    official: news('[图片]', '点击查看', 'https://desk.example/gone'),
  },
  'a voice': {
    part: { kind: 'voice', media: mediumOf('amr'), durationMs: 60_000, transcript: '喂' },
    mini: text(`[语音] 喂 ${bridge('amr')}`),
    official: voice,
  },
  'a voice as MP3, with a thumb': {
    part: { kind: 'voice', media: mediumOf('mp3'), transcript: '喂' },
    settings: thumb,
    mini: link('[语音]', '喂', bridge('mp3')),
    official: voice,
  },
  'a voice that is too long': {
    part: { kind: 'voice', media: mediumOf('amr'), durationMs: 60_001 },
    mini: text(`[语音] ${bridge('amr')}`),
    official: news('[语音]', '点击收听', bridge('amr')),
  },
  'a voice that is too large': {
    part: { kind: 'voice', media: mediumOf('large.mp3') },
    mini: text(`[语音] ${bridge('large.mp3')}`),
    official: news('[语音]', '点击收听', bridge('large.mp3')),
  },
  'a voice of a type that WeChat does not take': {
    part: { kind: 'voice', media: mediumOf('wav') },
    mini: text(`[语音] ${bridge('wav')}`),
    official: news('[语音]', '点击收听', bridge('wav')),
  },
  'a video without a thumb': {
    part: { kind: 'video', media: mediumOf('mp4') },
    mini: text(`[视频] ${bridge('mp4')}`),
    official: news('[视频]', '点击查看', bridge('mp4')),
  },
  'a video with a thumb': {
    part: { kind: 'video', media: mediumOf('mp4') },
    settings: thumb,
    mini: link('[视频]', '点击查看', bridge('mp4')),
    official: video,
  },
  'a video that is too large': {
    part: { kind: 'video', media: mediumOf('large.mp4') },
    settings: thumb,
    mini: link('[视频]', '点击查看', bridge('large.mp4')),
    official: news('[视频]', '点击查看', bridge('large.mp4'), THUMB_URL),
  },
  'a file without a thumb': {
    part: { kind: 'file', name: '合同.pdf', media: mediumOf('pdf') },
    mini: text(`[文件] 合同.pdf ${bridge('pdf')}`),
    official: text(`[文件] 合同.pdf ${bridge('pdf')}`),
  },
  'a file with a thumb': {
    part: { kind: 'file', name: '合同.pdf', media: mediumOf('pdf'), description: '3 MB' },
    settings: thumb,
    mini: link('合同.pdf', '3 MB', bridge('pdf')),
    official: text(`[文件] 合同.pdf 3 MB ${bridge('pdf')}`),
  },
  'a file without a medium': {
    part: { kind: 'file', name: '合同.pdf' },
    settings: thumb,
    mini: text('[文件] 合同.pdf'),
    official: text('[文件] 合同.pdf'),
  },
  'a link without a picture': {
    part: shopLink,
    mini: text('商品\nhttps://shop.example/1'),
    official: news('商品', '商品', 'https://shop.example/1'),
  },
  'a link where there is a thumb': {
    part: { ...shopLink, description: '好' },
    settings: thumb,
    mini: link('商品', '好', 'https://shop.example/1'),
    official: news('商品', '好', 'https://shop.example/1', THUMB_URL),
  },
  'a link with a picture': {
    part: { ...shopLink, pictureUrl: 'https://shop.example/1.jpg' },
    mini: link('商品', '商品', 'https://shop.example/1', 'https://shop.example/1.jpg'),
    official: news('商品', '商品', 'https://shop.example/1', 'https://shop.example/1.jpg'),
  },
  'a link with long words': {
    part: { ...shopLink, title: '长'.repeat(65), description: '长'.repeat(121), pictureUrl: THUMB_URL },
    mini: link(`${'长'.repeat(63)}…`, `${'长'.repeat(119)}…`, 'https://shop.example/1'),
    official: news(`${'长'.repeat(63)}…`, `${'长'.repeat(119)}…`, 'https://shop.example/1', THUMB_URL),
  },
  'a link that is no web address': {
    part: { ...shopLink, url: 'taobao://item', pictureUrl: THUMB_URL },
    mini: text('商品\ntaobao://item'),
    official: text('商品\ntaobao://item'),
  },
  'a card of no app in particular': {
    part: card(undefined, 'png'),
    mini: page(APPID),
    official: text('[小程序] 订单'),
  },
  'a card of the own app': { part: card(APPID, 'png'), mini: page(APPID), official: text('[小程序] 订单') },
  'a card of a bound app': { part: card(BOUND, 'png'), mini: text('[小程序] 订单'), official: page(BOUND) },
  'a card of another app': {
    part: card(FOREIGN, 'png'),
    mini: text('[小程序] 订单'),
    official: text('[小程序] 订单'),
  },
  'a card without a picture': {
    part: card(APPID),
    mini: text('[小程序] 订单'),
    official: text('[小程序] 订单'),
  },
  'a card whose picture is gone, with a thumb': {
    part: card(APPID, 'gone'),
    settings: thumb,
    mini: page(APPID),
    official: text('[小程序] 订单'),
  },
  'a place': {
    part: place,
    mini: text('[位置] 西湖 30.25,120.1'),
    official: text('[位置] 西湖 30.25,120.1'),
  },
  'a menu': {
    part: menu,
    mini: menuText,
    official: {
      msgtype: 'msgmenu',
      msgmenu: {
        head_content: '请评分',
        list: [
          { id: '100', content: '1. 满意' },
          { id: '1', content: '2. 不满意' },
        ],
        tail_content: '谢谢',
      },
    },
  },
  'a menu that is too long to click on': {
    part: { ...menu, options: Array.from({ length: 11 }, (_, n) => ({ id: String(n), label: 'x' })) },
    mini: text(`请评分\n${Array.from({ length: 11 }, (_, n) => `${n + 1}. x`).join('\n')}\n谢谢`),
    official: text(`请评分\n${Array.from({ length: 11 }, (_, n) => `${n + 1}. x`).join('\n')}\n谢谢`),
  },
  'what nobody knows': {
    part: { kind: 'unsupported', vendorKind: 'dance' },
    mini: text('[暂不支持的消息]'),
    official: text('[暂不支持的消息]'),
  },
};

describe.each(Object.entries(table))('%s', (_name, { part, settings, mini, official }) => {
  test.each([
    ['miniprogram', mini],
    ['service', official],
  ] as const)('is sent by a %s as it takes it', async (kind, shown) => {
    await using desk = await openPretended(kind, { ...(settings && { settings }) });
    expect(await desk.send([part])).toEqual({ outcome: 'accepted' });
    expect(desk.shown()).toEqual([shown]);
    expect(desk.refused()).toEqual([]);
  });
});

describe('a picture in another form', () => {
  const wanted: Parameters<ConvertPicture>[1][] = [];
  const convertPicture: ConvertPicture = async (_bytes, form) => {
    wanted.push(form);
    return { type: 'image/jpeg', bytes: files.jpg[1] };
  };

  test.each([['webp'], ['large.png']] as const)('is made of %s before it is given up', async (name) => {
    await using desk = await openPretended('miniprogram', { convertPicture });
    await desk.send([{ kind: 'image', media: mediumOf(name) }]);
    expect(desk.shown()).toEqual([image]);
    expect(wanted.at(-1)).toEqual({ types: ['image/png', 'image/jpeg', 'image/gif'], maxBytes: 2_097_152 });
  });

  test('is made for a card, and for the thumb of a video', async () => {
    await using mini = await openPretended('miniprogram', { convertPicture });
    await mini.send([card(APPID, 'webp')]);
    expect(wanted.at(-1)).toEqual({
      types: ['image/jpeg', 'image/png'],
      maxBytes: 2_097_152,
      width: 520,
      height: 416,
    });
    const large = Buffer.concat([files.jpg[1], Buffer.alloc(65_536)]);
    await using official = await openPretended('service', { convertPicture, settings: thumb, thumb: large });
    await official.send([{ kind: 'video', media: mediumOf('mp4') }]);
    expect(official.shown()).toEqual([video]);
    expect(official.uploads()).toEqual(['thumb', 'video']);
    expect(wanted.at(-1)).toEqual({ types: ['image/jpeg'], maxBytes: 65_536 });
  });
});

describe('what was uploaded', () => {
  test('is not uploaded again for two and a half days, whoever it is for', async () => {
    await using desk = await openPretended('service', { settings: thumb });
    const parts: Part[] = [
      { kind: 'image', media: mediumOf('png') },
      { kind: 'video', media: mediumOf('mp4') },
    ];
    await desk.send(parts);
    await desk.send(parts);
    expect(desk.uploads()).toEqual(['image', 'thumb', 'video']);
    desk.clock.now += 2.5 * 86_400_000;
    await desk.send(parts);
    expect(desk.uploads()).toHaveLength(6);
    expect(desk.refused()).toEqual([]);
  });

  test('and is known no more is uploaded again, the thumb too', async () => {
    await using desk = await openPretended('service', { settings: thumb });
    const part: Part = { kind: 'video', media: mediumOf('mp4') };
    await desk.send([part]);
    desk.wechat.fail({ path: '/cgi-bin/message', errcode: 40007 });
    expect(await desk.send([part])).toEqual({ outcome: 'accepted' });
    expect(desk.uploads()).toEqual(['thumb', 'video', 'thumb', 'video']);
    expect(desk.shown()).toEqual([video, video]);
  });
});

describe('what WeChat refuses although it is right', () => {
  test.each([40008, 45162, 48008, 45003, 40013])('becomes text once: %i', async (errcode) => {
    await using desk = await openPretended('miniprogram');
    desk.wechat.fail({ path: '/cgi-bin/message', errcode });
    expect(await desk.send([card(APPID, 'png')])).toEqual({ outcome: 'accepted' });
    expect(desk.shown()).toEqual([text('[小程序] 订单')]);
  });

  test.each([45037, 45038])('of a menu becomes text with numbers: %i', async (errcode) => {
    await using desk = await openPretended('service');
    desk.wechat.fail({ path: '/cgi-bin/message', errcode });
    await desk.send([menu]);
    expect(desk.shown()).toEqual([menuText]);
  });

  test('at the upload becomes a link', async () => {
    await using desk = await openPretended('service');
    desk.wechat.fail({ path: '/cgi-bin/media/upload', errcode: 40005 });
    await desk.send([{ kind: 'voice', media: mediumOf('amr') }]);
    expect(desk.shown()).toEqual([news('[语音]', '点击收听', bridge('amr'))]);
  });

  test('as a thumb makes the video a link, and nothing large is uploaded for it', async () => {
    await using desk = await openPretended('service', { settings: thumb, thumb: Buffer.from('no picture') });
    await desk.send([{ kind: 'video', media: mediumOf('mp4') }]);
    expect(desk.shown()).toEqual([news('[视频]', '点击查看', bridge('mp4'), THUMB_URL)]);
    expect(desk.uploads()).toEqual(['thumb']);
  });

  test('as text too is refused', async () => {
    await using desk = await openPretended('miniprogram');
    desk.wechat.fail({ path: '/cgi-bin/message', errcode: 45162, times: 2 });
    expect(await desk.send([card(APPID, 'png')])).toEqual({ outcome: 'refused', code: '45162' });
  });
});

describe('an agent', () => {
  const words: Part = { kind: 'text', text: '您好' };
  const accounts = (desk: Awaited<ReturnType<typeof openPretended>>) =>
    desk.wechat.sends.all.map(({ payload }) => payload.customservice);

  test('is shown to an official account’s visitor by the account that the settings name, or that his id is', async () => {
    const settings = { kfAccounts: { a7: 'service1@shop' } };
    await using desk = await openPretended('service', { settings });
    await desk.send([words], {}, { from: { role: 'agent', id: 'a7' } });
    await desk.send([words], {}, { from: { role: 'agent', id: 'x', name: 'a7' } });
    await desk.send([words], {}, { from: { role: 'agent', id: 'service1@shop' } });
    await desk.send([words], {}, { from: { role: 'agent', id: 'constructor' } });
    const named = { kf_account: 'service1@shop' };
    expect(accounts(desk)).toEqual([named, named, named, undefined]);
  });

  test('whose account WeChat does not know is not named, and the reply arrives', async () => {
    await using desk = await openPretended('service', { settings: { kfAccounts: { a7: 'nobody@shop' } } });
    const from = { from: { role: 'agent', id: 'a7' } };
    const parts: Part[] = [words, { kind: 'image', media: mediumOf('png') }];
    expect(await desk.send(parts, {}, from)).toEqual({ outcome: 'accepted' });
    expect(desk.refused()).toEqual([65401]);
    expect(accounts(desk)).toEqual([undefined, undefined]);
  });

  test('is never named in a mini-program', async () => {
    await using desk = await openPretended('miniprogram', {
      settings: { kfAccounts: { a7: 'service1@shop' } },
    });
    await desk.send([words], {}, { from: { role: 'agent', id: 'a7' } });
    expect(accounts(desk)).toEqual([undefined]);
  });
});

test('an official account’s text keeps the links to what is bound to it, and no others', async () => {
  await using desk = await openPretended('service');
  const to = (appid: string) => `<a data-miniprogram-appid="${appid}">看</a>`;
  await desk.send([{ kind: 'text', text: `${to(BOUND)}${to(FOREIGN)}${to(APPID)}` }]);
  expect(desk.shown()).toEqual([text(`${to(BOUND)}看看`)]);
  expect(desk.refused()).toEqual([]);
});
