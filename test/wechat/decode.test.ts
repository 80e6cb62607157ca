import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createPushReader } from '../../src/wechat/push.ts';
import { jsonBody, NOW, payload, plainPush, settingsWith, VISITOR } from './account.ts';

const read = createPushReader(settingsWith({ mode: 'plain' }));
const readPayload = (name: string) => read(plainPush(payload(name)), NOW);

const MEDIA_ID = expect.stringMatching(/^x_[\w-]{24}$/);
const picture = {
  kind: 'image',
  media: { id: MEDIA_ID, from: { channelId: 'media-1', url: 'http://mmbiz.qpic.cn/mmbiz_jpg/abc/0' } },
};

const messages: Readonly<Record<string, object>> = {
  'text.xml': { kind: 'text', text: '你好 &amp; <b>' },
  'text.json': { kind: 'text', text: '你好 "MsgId":1' },
  'image.xml': picture,
  'image.json': picture,
  'miniprogrampage.xml': {
    kind: 'miniProgramPage',
    title: '订单',
    path: 'pages/order?id=1',
    appid: 'wx1a2b3c4d5e6f7a8b',
    picture: { id: MEDIA_ID, from: { channelId: 'thumb-1' } },
  },
  'voice.xml': {
    kind: 'voice',
    media: { id: MEDIA_ID, from: { channelId: 'media-2' }, type: 'audio/amr' },
    transcript: '在吗',
  },
  'video.xml': { kind: 'video', media: { id: MEDIA_ID, from: { channelId: 'media-3' } } },
  'shortvideo.xml': { kind: 'video', media: { id: MEDIA_ID, from: { channelId: 'media-4' } } },
  'location.xml': { kind: 'location', latitude: 23.134521, longitude: 113.358803, label: '天河区' },
  'link.xml': { kind: 'link', title: '公告', description: '说明', url: 'https://shop.example/a?b=1&c=2' },
  'file.xml': { kind: 'file', name: 'invoice.pdf', description: '发票' },
  'menu-click.xml': { kind: 'choice', of: 'menu', option: { id: '101', label: '满意' } },
  'not-shown.xml': { kind: 'unsupported', vendorKind: 'text', text: '【收到不支持的消息类型，暂无法显示】' },
  'unknown-type.xml': { kind: 'unsupported', vendorKind: 'hologram', text: '?' },
};

const enter = { kind: 'event', name: 'session-enter', context: '{"page":"order"}' };
/** The event, and the act it grants sends for. */
const events: Readonly<Record<string, readonly [part: object, act?: string]>> = {
  'event-enter.xml': [enter, 'enter'],
  'event-enter.json': [enter, 'enter'],
  'event-subscribe.xml': [{ kind: 'event', name: 'subscribe', key: 'qrscene_7' }, 'follow'],
  'event-unsubscribe.xml': [{ kind: 'event', name: 'unsubscribe' }],
  'event-scan.xml': [{ kind: 'event', name: 'SCAN', key: '7' }, 'scan'],
  'event-click.xml': [{ kind: 'event', name: 'CLICK', key: 'help' }, 'menuClick'],
  'event-scancode.xml': [{ kind: 'event', name: 'scancode_push', key: 'scan' }, 'menuClick'],
  'event-scancode-wait.xml': [{ kind: 'event', name: 'scancode_waitmsg', key: 'scan' }, 'menuClick'],
  'event-view.xml': [{ kind: 'event', name: 'VIEW', key: 'https://shop.example/' }],
  'event-view-miniprogram.xml': [{ kind: 'event', name: 'view_miniprogram', key: 'pages/index' }],
  'event-pic-sysphoto.xml': [{ kind: 'event', name: 'pic_sysphoto', key: 'pic' }],
  'event-pic-album.xml': [{ kind: 'event', name: 'pic_photo_or_album', key: 'pic' }],
  'event-pic-weixin.xml': [{ kind: 'event', name: 'pic_weixin', key: 'pic' }],
  'event-location-select.xml': [{ kind: 'event', name: 'location_select', key: 'where' }],
  'event-location.xml': [{ kind: 'event', name: 'LOCATION', key: '23.137466,113.352425' }],
  'event-kf-create.xml': [{ kind: 'event', name: 'kf_create_session', key: 'test1@gh' }],
  'event-kf-close.xml': [{ kind: 'event', name: 'kf_close_session', key: 'test1@gh' }],
  'event-kf-switch.xml': [{ kind: 'event', name: 'kf_switch_session', key: 'test2@gh' }],
};

const platform: Readonly<Record<string, object>> = {
  'platform-media-check.xml': { name: 'wxa_media_check', key: 'trace-1' },
  'platform-popup.xml': { name: 'subscribe_msg_popup_event' },
  'platform-popup.json': { name: 'subscribe_msg_popup_event' },
  'platform-change.xml': { name: 'subscribe_msg_change_event' },
  'platform-sent.xml': { name: 'subscribe_msg_sent_event' },
  'platform-bad-score.xml': { name: 'wxa_comment_bad_score', key: '2437483649573257216' },
  'platform-bad-score.json': { name: 'wxa_comment_bad_score', key: '2437483649573257216' },
  'platform-punish.xml': { name: 'wxa_punish_event', key: '9007199254740993' },
  'platform-debug.xml': { name: 'debug_demo' },
  'platform-template.xml': { name: 'TEMPLATESENDJOBFINISH', key: '1700827132819554305' },
  'platform-mass.xml': { name: 'MASSSENDJOBFINISH', key: '1700827132819554306' },
  'platform-user-info.xml': { name: 'user_info_modified' },
  'platform-unknown.xml': { name: 'add_express_path' },
};

test('every payload has its expectation', () => {
  const files = readdirSync(new URL('../vendors/payloads/wechat', import.meta.url));
  expect(files.toSorted()).toEqual(Object.keys({ ...messages, ...events, ...platform }).toSorted());
});

describe('a message', () => {
  test.each(Object.entries(messages))('%s is read to its part', (name, part) => {
    expect(readPayload(name)).toMatchObject({
      kind: 'visitor',
      visitor: VISITOR,
      writtenAt: NOW,
      parts: [part],
      platformId: expect.stringMatching(/^2363735223506\d{4}$/),
      opens: true,
    });
  });

  test('is known by sender, second and its 64-bit id', () => {
    const [one, other] = [1, 2].map((last) =>
      read(plainPush(jsonBody(`"MsgType":"text","Content":"a","MsgId":2363735223506088${last}`)), NOW),
    );
    expect(one).toMatchObject({ key: `wx1a2b3c4d5e6f7a8b:1700000000:${VISITOR}:23637352235060881` });
    expect(other).not.toEqual(one);
  });

  test('names the sub-merchant whose session it is', () => {
    const body = jsonBody('"MsgType":"text","Content":"a","MsgId":1,"BusinessId":"8"');
    expect(read(plainPush(body), NOW)).toMatchObject({ business: '8' });
  });

  test('names its medium alike when it is repeated, and unlike another message', () => {
    expect(readPayload('image.xml')).toMatchObject({ parts: [{ media: { id: mediaIdOf('image.json') } }] });
    expect(mediaIdOf('video.xml')).not.toBe(mediaIdOf('image.xml'));
  });

  test('with missing fields is kept as unsupported', () => {
    for (const type of ['image', 'voice', 'video', 'location', 'link']) {
      const reading = read(plainPush(jsonBody(`"MsgType":"${type}","MsgId":1`)), NOW);
      expect(reading).toMatchObject({ parts: [{ kind: 'unsupported', vendorKind: type }] });
    }
  });
});

describe('an event', () => {
  test.each(Object.entries(events))('%s is read to its part', (name, [part, act]) => {
    const reading = readPayload(name);
    expect(reading).toMatchObject({
      kind: 'visitor',
      visitor: VISITOR,
      parts: [part],
      opens: act !== undefined,
    });
    expect(reading.kind === 'visitor' ? reading.grant?.act : 'none').toBe(act);
  });

  test.each(Object.entries(platform))('%s concerns no visitor', (name, event) => {
    expect(readPayload(name)).toMatchObject({
      kind: 'platform',
      event: { kind: 'event', ...event },
      writtenAt: NOW,
    });
  });

  test('of punishment raises the alarm, and no other does', () => {
    const alarmed = Object.keys(platform).filter((name) => 'alarm' in readPayload(name));
    expect(alarmed).toEqual(['platform-punish.xml']);
  });

  test('has a key of its own name, and what it is about', () => {
    const event = (fields: string) => read(plainPush(jsonBody(`"MsgType":"event",${fields}`)), NOW);
    const keys = [
      '"Event":"user_enter_tempsession","SessionFrom":"a"',
      '"Event":"user_enter_tempsession","SessionFrom":"b"',
      '"Event":"CLICK","EventKey":"a"',
      '"Event":"CLICK","EventKey":"b"',
      '"Event":"VIEW","EventKey":"a"',
      '"Event":"never_heard_of","A":"1"',
      '"Event":"never_heard_of","A":"2"',
    ].map((fields) => (event(fields) as { readonly key: string }).key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(event('"Event":"CLICK","EventKey":"a"')).toMatchObject({ key: keys[2] });
  });
});

describe('a grant', () => {
  test('counts from the time of the act, with a margin', () => {
    expect(readPayload('text.xml')).toMatchObject({
      grant: { act: 'message', sends: 5, endsAt: NOW + (172_800 - 60) * 1000 },
    });
    expect(readPayload('event-enter.xml')).toMatchObject({
      grant: { act: 'enter', sends: 2, endsAt: NOW + 55_000 },
    });
  });

  test('of a click on a menu in the chat is the small one', () => {
    expect(readPayload('menu-click.xml')).toMatchObject({ grant: { act: 'menuClick', sends: 3 } });
  });

  test('is what the settings say', () => {
    const own = createPushReader(settingsWith({ mode: 'plain', quota: { message: [7, 100] } }));
    expect(own(plainPush(payload('text.xml')), NOW)).toMatchObject({
      grant: { sends: 7, endsAt: NOW + 95_000 },
    });
  });
});

test.each(['MsgType', 'FromUserName', 'CreateTime'])('a push without %s is unreadable', (name) => {
  const body = payload('text.json').replace(`"${name}":`, '"Nothing":');
  expect(read(plainPush(body), NOW)).toMatchObject({ kind: 'unreadable', reason: `no ${name}` });
});

function mediaIdOf(name: string): string {
  const reading = readPayload(name);
  const part = reading.kind === 'visitor' ? reading.parts[0] : undefined;
  return part !== undefined && 'media' in part ? (part.media?.id ?? '') : '';
}
