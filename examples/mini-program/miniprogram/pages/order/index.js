const { kf, templateId } = require('../../config.js');
const { fetchToken, writeSessionFrom } = require('../../session-from.js');

const path = 'pages/order/index';

Page({
  data: {
    order: { id: 'A1001', title: '蓝色帆布包', picture: '/images/bag.png' },
    sessionFrom: '',
    cardPath: '',
    hasKf: kf.corpId !== '' && kf.url !== '',
    mayAsk: false,
  },

  onLoad({ id }) {
    const order = id ? { ...this.data.order, id } : this.data.order;
    this.setData({ order, cardPath: `${path}?id=${order.id}`, sessionFrom: this.write(order, '') });
  },

  /** Also when the visitor comes back: the token that the button has may be over by then. */
  async onShow() {
    this.setData({ sessionFrom: this.write(this.data.order, await fetchToken()) });
  },

  write({ id, title }, token) {
    return writeSessionFrom({ page: path, order: { id, title } }, token);
  },

  /**
   * The visitor went to the chat, or comes from it by a card. Now he knows what an answer would be worth to him: the page
   * offers to tell him of one, and asks only when he taps, as WeChat wants it.
   */
  onContact({ detail }) {
    this.setData({ mayAsk: templateId !== '' });
    if (!detail.path || detail.path.replace(/^\//, '') === path) return;
    const query = Object.entries(detail.query || {}).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    wx.navigateTo({ url: `/${detail.path.replace(/^\//, '')}?${query.join('&')}` });
  },

  /** Each yes is one message: the bridge learns of it by WeChat's own push, and nothing has to be stored here. */
  onAsk() {
    wx.requestSubscribeMessage({
      tmplIds: [templateId],
      success: (answer) => {
        if (answer[templateId] !== 'accept') return;
        this.setData({ mayAsk: false });
        wx.showToast({ title: '有回复会通知您', icon: 'none' });
      },
      fail: () => wx.showToast({ title: '请在设置中开启通知', icon: 'none' }),
    });
  },

  /** WeCom kf is another chat: its messages never reach WeChat's customer service, and a tap has to open it. */
  onKf() {
    const { title, picture } = this.data.order;
    wx.openCustomerServiceChat({
      corpId: kf.corpId,
      extInfo: { url: kf.url },
      showMessageCard: true,
      sendMessageTitle: title,
      sendMessagePath: this.data.cardPath.replace('?', '.html?'),
      sendMessageImg: picture,
      fail: () => wx.showToast({ title: '暂时无法打开客服', icon: 'none' }),
    });
  },
});
