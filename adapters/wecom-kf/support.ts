import type { Support } from '../../src/ports/support.ts';

const sample = {
  corpid: 'ww0123456789abcdef',
  secret: 'secret',
  callback: { token: 'token', encodingAESKey: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG' },
};

/** WeCom: a hand-off to the kf chat, or messages of an application to members. */
export const support: Support = {
  title: { zh: '企业微信客服', en: 'WeCom kf' },
  ways: [
    {
      mode: 'handoff',
      sample: { ...sample, mode: 'handoff', openKfid: 'wk0123456789' },
      basis: 'documented',
      elsewhere: {
        zh: '访客点卡片进入企业微信客服会话；之前的话以记录形式出示给坐席',
        en: 'a card leads the visitor to the kf chat; agents read what he wrote before as a transcript',
      },
      shows: {},
      sends: [],
      tells: ['message', 'recorded', 'recalled', 'sessionEnded'],
      heeds: ['group'],
    },
    {
      mode: 'app',
      sample: { ...sample, mode: 'app', agentid: 1, app: { agents: ['agent'] } },
      basis: 'documented',
      shows: {
        text: 'own',
        image: 'own',
        voice: 'own',
        video: 'own',
        file: 'own',
        link: 'link',
        miniProgramPage: 'text',
        location: 'text',
        menu: 'text',
        choice: 'text',
        unsupported: 'text',
      },
      sends: ['text', 'image', 'voice', 'video', 'link', 'location'],
      tells: ['message'],
      heeds: [],
      textMax: { most: 2048, unit: 'bytes' },
      mediaMax: 10_485_760,
    },
  ],
};
