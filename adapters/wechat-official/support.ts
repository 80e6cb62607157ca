import type { Support } from '../../src/ports/support.ts';

/** WeChat's own tool: visitors stay in the same chat, and the bridge is not in it. */
export const support: Support = {
  title: { zh: '微信官方客服', en: "WeChat's own agents" },
  ways: [
    {
      sample: {},
      basis: 'documented',
      elsewhere: {
        zh: '会话交给微信官方客服工具：访客仍在原窗口，桥看不到内容（公众号可取文字记录）',
        en: 'WeChat’s own tool has the conversation: the visitor stays where he is, the bridge sees nothing of it (of official accounts: the texts)',
      },
      shows: {},
      sends: [],
      tells: ['recorded'],
      heeds: [],
    },
  ],
};
