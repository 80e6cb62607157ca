/** What is yours. The addresses have to be among the request domains (request 合法域名) of the mini-program. */
module.exports = {
  /** server.js beside this folder. */
  server: 'http://127.0.0.1:4100',
  /** The bridge, for WeCom kf: `publicUrl` of its configuration. */
  bridge: 'https://bridge.example.com',
  /** The subscription message (订阅消息), the same as `wechat.subscribe.templateId` of the bridge. Empty: none. */
  templateId: '',
  /** WeCom kf without the bridge's card: corpId and the link of the kf account (企业微信客服). Empty: no such button. */
  kf: { corpId: '', url: '' },
};
