import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import { attemptOf, type Desk, keptMedia, messageOf, OPENID, withDesk } from './desk.ts';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const media = (id: string) => ({ id, from: {} });
const card: Part = {
  kind: 'link',
  title: '蓝色杯子',
  description: '300ml',
  pictureUrl: 'https://shop.example/a.jpg',
  url: 'https://shop.example/p/9',
};
const taken = (desk: Desk) => desk.meiqia.messages.all.map(({ type, content }) => `${type}: ${content}`);

describe('texts', () => {
  test('longer than one message are split, in order, and never within a character', () =>
    withDesk(async (desk) => {
      const long = `${'字'.repeat(1999)}😀${'尾'.repeat(10)}`;
      const deliveries = await desk.say(long);
      expect(deliveries.at(-1)?.outcome).toBe('accepted');
      const texts = desk.meiqia.messages.all.map(({ text = '' }) => text);
      expect(texts.map(({ length }) => length)).toEqual([1999, 12]);
      expect(texts.join('')).toBe(long);
    }));

  test('are trimmed, and one that is empty then is no message', () =>
    withDesk(async (desk) => {
      await desk.say('  你好\n');
      expect((await desk.say(' \n ')).at(-1)).toEqual({ outcome: 'accepted' });
      expect(taken(desk)).toEqual(['text: 你好']);
    }));
});

describe('what is no text', () => {
  test.each<[string, Part, string]>([
    [
      'a mini-program card',
      { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop' },
      '[小程序] 店铺\npages/shop',
    ],
    [
      'a place',
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '西湖' },
      `[位置] 西湖\n30.5,120.25\nhttps://apis.map.qq.com/uri/v1/marker?marker=${encodeURIComponent('coord:30.5,120.25;title:西湖')}`,
    ],
    ['a choice', { kind: 'choice', of: 'menu', option: { id: 'x', label: '退货' } }, '退货'],
    ['something unknown', { kind: 'unsupported', vendorKind: 'sticker' }, '[暂不支持的消息类型]'],
    ['a link', card, '蓝色杯子\nhttps://shop.example/p/9'],
    ['a file that is not there', { kind: 'file', name: '合同.pdf' }, '[文件] 合同.pdf'],
  ])('such as %s becomes one', (_name, part, text) =>
    withDesk(async (desk) => {
      await desk.forward([part]);
      expect(taken(desk)).toEqual([`text: ${text}`]);
    }),
  );

  test('such as a file goes by its name, its size and a link', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(Buffer.alloc(3000), 'application/pdf'));
      await desk.forward([{ kind: 'file', name: '合同.pdf', media: media('x_1') }]);
      expect(taken(desk)).toEqual(['text: [文件] 合同.pdf (3 KB) https://bridge.example.com/media/x_1']);
    }));

  test('an act of the visitor’s is none at all', () =>
    withDesk(async (desk) => {
      expect(await desk.forward([{ kind: 'event', name: 'session-enter' }])).toEqual([
        { outcome: 'accepted' },
      ]);
      expect(desk.calls).toEqual([]);
    }));
});

describe('product cards', () => {
  test('go as such where they are wanted and whole', () =>
    withDesk(
      async (desk) => {
        await desk.forward([card]);
        const [message] = desk.meiqia.messages.all;
        expect(message?.type).toBe('hybrid');
        expect(JSON.parse(message?.content ?? '')).toEqual([
          {
            type: 'product_card',
            body: {
              title: '蓝色杯子',
              description: '300ml',
              pic_url: 'https://shop.example/a.jpg',
              product_url: 'https://shop.example/p/9',
              sales_count: 0,
            },
          },
        ]);
        expect(desk.meiqia.refusals.all).toEqual([]);
      },
      { cards: 'product' },
    ));

  test.each(['title', 'description', 'pictureUrl'])('without %s are text', (name) =>
    withDesk(
      async (desk) => {
        await desk.forward([{ ...card, [name]: '' } as Part]);
        expect(desk.meiqia.messages.all.map(({ type }) => type)).toEqual(['text']);
      },
      { cards: 'product' },
    ),
  );
});

test('a message looks for answers as often as the schedule says', () =>
  withDesk(async (desk) => {
    expect((await desk.say('你好')).at(-1)?.watch).toEqual([{ topic: 'stream', afterMs: 10_000 }]);
  }));

test('words that Meiqia masks have arrived all the same', () =>
  withDesk(
    async (desk) => expect((await desk.say('加微信')).at(-1)?.outcome).toBe('accepted'),
    {},
    { masked: ['微信'] },
  ));

describe('an answer that was lost', () => {
  const lost = (desk: Desk) => ({ startedAt: desk.clock.now, code: 'econnreset' });

  test('to a message that arrived is found in the stream: it is not sent again', () =>
    withDesk(async (desk) => {
      await desk.say('在吗');
      desk.meiqia.fail({ path: '/client/send_msg', lose: true });
      expect((await desk.say('你好', { key: 'm_2' })).at(-1)).toMatchObject({
        outcome: 'unknown',
        afterMs: 3000,
      });
      const again = await desk.say('你好', { key: 'm_2', number: 2, lost: lost(desk) });
      expect(again.at(-1)).toMatchObject({
        outcome: 'accepted',
        vendorId: desk.meiqia.messages.all.at(-1)?.id,
      });
      expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['在吗', '你好']);
    }));

  test('is not looked for where the operator would rather have a message twice', () =>
    withDesk(async (desk) => {
      await desk.say('在吗');
      desk.meiqia.fail({ path: '/client/send_msg', lose: true });
      await desk.say('你好', { key: 'm_2' });
      await desk.say('你好', { key: 'm_2', number: 2, lost: { ...lost(desk), repeats: true } });
      expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['在吗', '你好', '你好']);
    }));

  test('to a message that did not arrive: it is sent once more', () =>
    withDesk(async (desk) => {
      await desk.say('在吗');
      desk.meiqia.fail({ path: '/client/send_msg', reset: true });
      expect((await desk.say('你好', { key: 'm_2' })).at(-1)?.outcome).toBe('unknown');
      await desk.say('你好', { key: 'm_2', number: 2, lost: lost(desk) });
      expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['在吗', '你好']);
    }));

  test('of two that say the same, the first of which is accounted for, is told apart', () =>
    withDesk(async (desk) => {
      await desk.say('好');
      desk.meiqia.fail({ path: '/client/send_msg', reset: true });
      await desk.say('好', { key: 'm_2' });
      await desk.say('好', { key: 'm_2', number: 2, lost: lost(desk) });
      expect(desk.meiqia.messages.all.map(({ text }) => text)).toEqual(['好', '好']);
    }));

  test('cannot be looked for while Meiqia is away: the message waits', () =>
    withDesk(async (desk) => {
      await desk.say('在吗');
      desk.meiqia.fail({ path: '/conversation/', status: 503 });
      const [delivery] = await desk.say('你好', { number: 2, lost: lost(desk) });
      expect(delivery).toMatchObject({ outcome: 'later', because: 'vendor' });
      expect(desk.meiqia.messages.count).toBe(1);
    }));

  test('to a picture is found by its key', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
      desk.meiqia.fail({ path: '/client/send_msg', lose: true });
      const picture: Part = { kind: 'image', media: media('x_1') };
      const deliveries = await desk.forward([picture]);
      const more = deliveries.findLast(({ outcome }) => outcome === 'more');
      const progress = more?.outcome === 'more' ? more.progress : null;
      const attempt = attemptOf(desk.memory, { number: 2, progress, lost: lost(desk) });
      expect(await desk.adapter.forward(messageOf([picture]), attempt)).toMatchObject({
        outcome: 'accepted',
      });
      expect(desk.meiqia.messages.count).toBe(1);
      expect(desk.meiqia.visitorOf(OPENID)).toBeDefined();
    }));
});
