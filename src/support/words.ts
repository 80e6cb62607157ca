import type { Basis, Form, Sentence } from '../ports/support.ts';

export type Language = keyof Sentence;

/** What stands in cells. */
export const cellWords: Readonly<Record<'yes' | 'no' | Form, Sentence>> = {
  yes: { zh: '✓', en: '✓' },
  no: { zh: '–', en: '–' },
  own: { zh: '✓', en: '✓' },
  link: { zh: '链接', en: 'link' },
  text: { zh: '文字', en: 'text' },
};

export const bases: Readonly<Record<Basis, Sentence>> = {
  documented: { zh: '公开文档', en: 'documented' },
  partly: { zh: '文档，部分为推测', en: 'documented, partly guessed' },
  undocumented: { zh: '无公开文档', en: 'not documented' },
  ours: { zh: '本项目的 OpenAPI', en: 'our own OpenAPI' },
};

/** WeChat's own words for what is sent. */
export const sentWords: Readonly<Record<string, Sentence>> = {
  text: { zh: '文字', en: 'text' },
  image: { zh: '图片', en: 'picture' },
  voice: { zh: '语音', en: 'voice' },
  video: { zh: '视频', en: 'video' },
  link: { zh: '链接', en: 'link' },
  page: { zh: '小程序卡片', en: 'mini-program card' },
  menu: { zh: '菜单', en: 'menu' },
};

export const headings = {
  title: { zh: '各客服系统支持什么', en: 'What each helpdesk supports' },
  ways: { zh: '客服系统', en: 'Helpdesks' },
  forward: { zh: '访客 → 坐席', en: 'Visitor to agent' },
  reply: { zh: '坐席 → 访客', en: 'Agent to visitor' },
  session: { zh: '会话与其他', en: 'Sessions, and the rest' },
} satisfies Record<string, Sentence>;

export const columns = {
  adapter: { zh: '`adapter`', en: '`adapter`' },
  mode: { zh: '`mode`', en: '`mode`' },
  helpdesk: { zh: '客服系统', en: 'helpdesk' },
  basis: { zh: '接口依据', en: 'protocol' },
  place: { zh: '会话在哪里进行', en: 'where the conversation is held' },
  sent: { zh: '坐席发送', en: 'an agent sends' },
  written: { zh: '访客发送', en: 'a visitor sends' },
  matter: { zh: '事项', en: 'matter' },
  miniprogram: { zh: '小程序访客看到', en: "a mini-program's visitor sees" },
  service: { zh: '公众号访客看到', en: "an official account's visitor sees" },
} satisfies Record<string, Sentence>;

export const sentences = {
  here: { zh: '微信客服会话里', en: 'in the chat of WeChat' },
  intro: {
    zh: '本页由 `npm run matrix` 从各适配器自己的声明生成（`node src/cli.ts support` 输出同样内容）；测试保证它不过时。默认设置下的情形；脚注说明改哪个设置会不同。',
    en: 'This page is written by `npm run matrix` from what each adapter says of itself (`node src/cli.ts support` prints the same); a test keeps it true. It shows the default settings; footnotes name the settings that change it.',
  },
  forward: {
    zh: '✓：坐席看到原样；链接：一行带链接的文字；文字：一行文字；–：不转发。更大的图片变成一行文字或链接；更长的文字按顺序拆分。会话在别处进行的系统不列。',
    en: '✓: agents see it as it is; link: a line of text with a link; text: a line of words; –: not forwarded. A larger picture becomes a line or a link; a longer text is split, in order. Helpdesks whose conversations are held elsewhere are left out.',
  },
  reply: {
    zh: '✓：坐席能发，访客看到最后两列所示的形式（需设 `defaultThumb`；取不到或过大时依次改为链接、文字，详见 [README](../README.md#what-happens-to-a-message)）。',
    en: '✓: agents can send it; the visitor sees what the last two columns say (with `defaultThumb`; what cannot be had or is too large comes as a link or as text, see the [README](../README.md#what-happens-to-a-message)).',
  },
  session: {
    zh: '✓：支持；–：客服系统或其接口没有，或不经过桥（会话在别处进行）。',
    en: '✓: yes; –: the helpdesk, or its interface, has it not, or not by way of the bridge (where the conversation is held elsewhere).',
  },
} satisfies Record<string, Sentence>;
