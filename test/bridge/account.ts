/** The tests' WeChat account, and their Qiyu. */
export const account = {
  appid: 'wx1a2b3c4d5e6f7a8b',
  originalId: 'gh_0a1b2c3d4e5f',
  secret: 'app-secret-of-the-tests',
  token: 'mpPushToken01',
  encodingAESKey: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
} as const;

export const qiyuKeys = { appKey: 'qiyu-app-key', appSecret: '0F1E2D3C4B5A69788796A5B4C3D2E1F0' } as const;
