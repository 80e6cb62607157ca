const { bridge } = require('../../config.js');

/** Where the bridge's card leads that hands a visitor to WeCom kf (`handoff.pagepath: pages/kf/index`). */
Page({
  data: { chat: null, isGone: false },

  /** The link has to be here before the tap, which alone may open the chat. */
  onLoad({ ref }) {
    wx.request({
      url: `${bridge}/handoff/${encodeURIComponent(ref || '')}`,
      success: ({ statusCode, data }) => this.setData(statusCode === 200 ? { chat: data } : { isGone: true }),
      fail: () => this.setData({ isGone: true }),
    });
  },

  onOpen() {
    const { corpId, url } = this.data.chat;
    wx.openCustomerServiceChat({
      corpId,
      extInfo: { url },
      fail: () => wx.showToast({ title: '暂时无法打开客服', icon: 'none' }),
    });
  },
});
