import { expect, test } from 'vitest';
import { cardOf } from '../../sandbox/cards.ts';

const url = 'https://shop.example/1';

test.each([
  [
    { msgtype: 'link', link: { title: '商品', description: '好', url, thumb_url: 'x' } },
    { type: 'link', title: '商品', text: '好', url },
  ],
  [
    { msgtype: 'news', news: { articles: [{ title: '商品', description: '好', url }] } },
    { type: 'news', title: '商品', text: '好', url },
  ],
  [
    { msgtype: 'miniprogrampage', miniprogrampage: { title: '订单', pagepath: 'pages/order' } },
    { type: 'miniprogrampage', title: '订单', url: 'pages/order' },
  ],
  [
    {
      msgtype: 'msgmenu',
      msgmenu: { head_content: '请选', list: [{ id: '1', content: '甲' }], tail_content: '' },
    },
    { type: 'msgmenu', title: '请选', options: ['甲'] },
  ],
  [{ msgtype: 'voice', voice: { media_id: 'm' } }, { type: 'voice' }],
  [
    { msgtype: 'video', video: { media_id: 'm', title: '说明' } },
    { type: 'video', title: '说明' },
  ],
  [{ msgtype: 'news' }, { type: 'news' }],
])('what is no words and no picture is shown as a card (%#)', (payload, card) => {
  expect(cardOf({ msgtype: payload.msgtype, payload })).toEqual(card);
});
