import type { Support } from '../../src/ports/support.ts';

/** Qiyu's message interface: a visitor sends TEXT, PICTURE and AUDIO; agents' other kinds are read as well as can be. */
export const support: Support = {
  title: { zh: '网易七鱼', en: 'NetEase Qiyu' },
  ways: [
    {
      sample: { appKey: 'key', appSecret: 'secret' },
      basis: 'documented',
      shows: {
        text: 'own',
        image: 'own',
        voice: 'own',
        video: 'link',
        file: 'link',
        link: 'link',
        miniProgramPage: 'text',
        location: 'link',
        menu: 'text',
        choice: 'text',
        unsupported: 'text',
      },
      sends: ['text', 'image', 'voice', 'video', 'file', 'link'],
      tells: [
        'message',
        'sessionStarted',
        'sessionEnded',
        'queued',
        'queueLeft',
        'nobodyOnline',
        'ratingAsked',
      ],
      heeds: ['group', 'agent', 'priority'],
      textMax: { most: 'maxTextChars', unit: 'characters' },
      mediaMax: 'maxFileBytes',
    },
  ],
};
