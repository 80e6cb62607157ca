import type { Support } from '../../src/ports/support.ts';

const medium = {
  form: 'own',
  note: { zh: '以桥的副本的签名链接给出', en: 'by a signed link to the bridge’s copy' },
} as const;

/** A helpdesk of one's own has every kind of part as it is, and may tell everything there is to tell. */
export const support: Support = {
  title: { zh: '自有客服系统', en: 'One of your own' },
  ways: [
    {
      sample: {
        url: 'https://helpdesk.example.com',
        secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
      },
      basis: 'ours',
      shows: {
        text: 'own',
        image: medium,
        voice: medium,
        video: medium,
        file: medium,
        link: 'own',
        miniProgramPage: 'own',
        location: 'own',
        menu: 'own',
        choice: 'own',
        unsupported: 'own',
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
        'receipt',
      ],
      heeds: ['group', 'agent', 'priority'],
    },
  ],
};
