import type { Support } from '../../src/ports/support.ts';

/** Zhichi takes texts, pictures by their address, MP3 and WAV, and in its newest release videos. */
export const support: Support = {
  title: { zh: '智齿', en: 'Zhichi (Sobot)' },
  ways: [
    {
      sample: {
        appId: 'id',
        appKey: 'key',
        baseUrl: 'https://www.sobot.com',
        callbackToken: '0123456789abcdef0123456789abcdef',
      },
      basis: 'partly',
      shows: {
        text: 'own',
        image: 'own',
        voice: {
          form: 'link',
          note: {
            zh: '带时长与识别文字；`voice: convert` 时 MP3、WAV 按语音发送（微信小程序的语音为 AMR）',
            en: 'with its length and the recognised words; MP3 and WAV as voices with `voice: convert` (WeChat’s are AMR)',
          },
        },
        video: {
          form: 'link',
          note: { zh: '`sendVideo: true` 时按视频发送', en: 'as videos with `sendVideo: true`' },
        },
        file: 'link',
        link: 'link',
        miniProgramPage: 'text',
        location: 'link',
        menu: 'text',
        choice: 'text',
        unsupported: 'text',
      },
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
      ],
      heeds: ['group', 'agent'],
      textMax: { most: 'maxTextChars', unit: 'characters' },
      mediaMax: 'maxFileBytes',
    },
  ],
};
