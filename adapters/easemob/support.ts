import type { Support, Way } from '../../src/ports/support.ts';

/** What both of Easemob's ways have in common. */
const common = {
  basis: 'partly',
  sends: ['text', 'image', 'voice', 'video', 'file', 'link', 'location', 'menu'],
  tells: [
    'message',
    'sessionStarted',
    'sessionEnded',
    'queued',
    'nobodyOnline',
    'menuAsked',
    'ratingAsked',
    'recalled',
    'receipt',
  ],
  heeds: ['group', 'agent'],
  textMax: { most: 'maxTextBytes', unit: 'bytes' },
  mediaMax: 'maxFileBytes',
} satisfies Partial<Way>;

const card = {
  form: 'own',
  note: {
    zh: '轨迹卡片，旁附文字（`cards`）',
    en: 'the helpdesk’s own card, with the words beside it (`cards`)',
  },
} as const;

const shows = {
  text: 'own',
  image: 'own',
  voice: 'own',
  video: 'own',
  file: 'own',
  link: card,
  miniProgramPage: card,
  location: 'own',
  menu: 'text',
  choice: 'own',
  unsupported: 'text',
} satisfies Way['shows'];

const guessed = {
  form: 'own',
  note: { zh: '字段为推测', en: 'by fields that are guessed' },
} as const;

/** Easemob, by its IM channel, or by the REST API channel, of which only texts are certain. */
export const support: Support = {
  title: { zh: '环信', en: 'Easemob' },
  ways: [
    {
      ...common,
      mode: 'im',
      sample: {
        mode: 'im',
        orgName: 'org',
        appName: 'app',
        clientId: 'id',
        clientSecret: 'secret',
        imServiceNumber: 'kf',
        callbackSecret: 'secret',
      },
      shows,
    },
    {
      ...common,
      mode: 'rest',
      sample: {
        mode: 'rest',
        tenantId: '1',
        channelId: '1',
        restClientId: 'id',
        restClientSecret: '0123456789abcdef0123456789abcdef',
      },
      shows: { ...shows, image: guessed, voice: guessed, video: guessed, file: guessed, location: guessed },
    },
  ],
};
