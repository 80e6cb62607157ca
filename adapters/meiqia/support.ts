import type { Support } from '../../src/ports/support.ts';

/** Meiqia, by the protocol of its mobile SDK, or by a link to its chat page. */
export const support: Support = {
  title: { zh: '美洽', en: 'Meiqia' },
  ways: [
    {
      mode: 'sdk',
      sample: { mode: 'sdk', appKey: 'key', secretKey: 'secret' },
      basis: 'undocumented',
      shows: {
        text: 'own',
        image: 'own',
        voice: 'own',
        video: 'own',
        file: 'link',
        link: {
          form: 'link',
          note: {
            zh: '`cards: product` 且四项齐全时为商品卡片',
            en: 'a product card with `cards: product`, where nothing of one is missing',
          },
        },
        miniProgramPage: 'text',
        location: 'link',
        menu: 'text',
        choice: 'text',
        unsupported: 'text',
      },
      sends: ['text', 'image', 'voice', 'video', 'file', 'link', 'miniProgramPage', 'menu'],
      tells: [
        'message',
        'sessionStarted',
        'sessionEnded',
        'queued',
        'queueLeft',
        'nobodyOnline',
        'menuAsked',
        'ratingAsked',
        'typing',
        'recalled',
      ],
      heeds: ['group', 'agent'],
      textMax: { most: 'maxTextChars', unit: 'characters' },
      mediaMax: 'maxUploadBytes',
    },
    {
      mode: 'link',
      sample: { mode: 'link', appKey: 'key', entId: '1' },
      basis: 'documented',
      elsewhere: {
        zh: '访客收到美洽聊天页的链接，在那里继续',
        en: 'the visitor gets a link to Meiqia’s chat page, and goes on there',
      },
      shows: {},
      sends: [],
      tells: [],
      heeds: ['group'],
    },
  ],
};
