import type { Part, PartKind } from '../model/message.ts';
import type { HelpdeskAdapter } from '../ports/helpdesk.ts';
import type { Sentence } from '../ports/support.ts';
import { planPieces } from '../wechat/forms.ts';
import { wechatSettings } from '../wechat/settings.ts';
import { type Cell, limitsCell, measureCell, mediaCell, memberCell, no, shownCell, yes } from './cells.ts';
import type { KnownWay } from './read-ways.ts';

/** One line of a table. */
export interface Row {
  readonly name: Sentence;
  cell(known: KnownWay): Cell;
}

type Kinds = readonly (readonly [PartKind, Sentence])[];

const kinds: Kinds = [
  ['text', { zh: '文字', en: 'text' }],
  ['image', { zh: '图片', en: 'picture' }],
  ['voice', { zh: '语音', en: 'voice' }],
  ['video', { zh: '视频', en: 'video' }],
  ['file', { zh: '文件', en: 'file' }],
  ['link', { zh: '链接', en: 'link' }],
  ['miniProgramPage', { zh: '小程序卡片', en: 'mini-program card' }],
  ['location', { zh: '位置', en: 'location' }],
];

/** From the visitor to the agent. */
export const forwardRows: readonly Row[] = [
  ...[
    ...kinds,
    ['choice', { zh: '菜单的选择', en: 'choice from a menu' }] as const,
    ['unsupported', { zh: '其他', en: 'anything else' }] as const,
  ].map(([kind, name]): Row => ({ name, cell: ({ way }) => shownCell(way.shows[kind]) })),
  {
    name: { zh: '进入会话等事件', en: 'events, such as entering the chat' },
    cell: (known) => memberCell(known, ({ accepts }) => accepts.has('event')),
  },
  {
    name: { zh: '单条文字最长', en: 'longest text in one message' },
    cell: (known) => measureCell(known, known.way.textMax),
  },
  { name: { zh: '图片最大', en: 'largest picture' }, cell: mediaCell },
];

/** From the agent to the visitor, with what WeChat makes of each kind. */
export const replyRows: readonly (Row & { readonly kind: PartKind })[] = [
  ...kinds,
  ['menu', { zh: '菜单', en: 'menu' }] as const,
].map(([kind, name]) => ({ kind, name, cell: ({ way }) => (way.sends.includes(kind) ? yes : no) }));

const member = (name: Sentence, has: (adapter: HelpdeskAdapter) => boolean): Row => ({
  name,
  cell: (known) => memberCell(known, has),
});

const told = (name: Sentence, ...events: KnownWay['way']['tells']): Row => ({
  name,
  cell: ({ way }) => (events.every((event) => way.tells.includes(event)) ? yes : no),
});

const heeded = (name: Sentence, wish: KnownWay['way']['heeds'][number]): Row => ({
  name,
  cell: ({ way }) => (way.heeds.includes(wish) ? yes : no),
});

/** All that is no message. */
export const sessionRows: readonly Row[] = [
  told({ zh: '会话开始、结束', en: 'session begins, ends' }, 'sessionStarted', 'sessionEnded'),
  told({ zh: '告知访客排队位置', en: 'visitor learns his place in the queue' }, 'queued'),
  told({ zh: '告知访客无人在线', en: 'visitor learns that nobody is online' }, 'nobodyOnline'),
  member(
    { zh: '访客说词转人工', en: 'a word of the visitor asks for a person' },
    ({ askForAgent }) => !!askForAgent,
  ),
  member({ zh: '访客评价', en: 'visitor rates' }, ({ rate }) => !!rate),
  told({ zh: '坐席正在输入', en: 'agent is writing' }, 'typing'),
  told({ zh: '坐席撤回（尚未下发的）', en: 'agent recalls what was not sent yet' }, 'recalled'),
  member(
    { zh: '访客资料单独更新', en: "visitor's profile by a call of its own" },
    ({ sendProfile }) => !!sendProfile,
  ),
  member({ zh: '给坐席看的提示', en: 'notes that agents alone see' }, ({ note }) => !!note),
  member(
    { zh: '告知坐席已送达微信', en: 'agents learn that WeChat took a reply' },
    ({ delivered }) => !!delivered,
  ),
  member(
    { zh: '移走时由桥结束会话', en: 'the bridge closes a session that moved away' },
    ({ closeSession }) => !!closeSession,
  ),
  told({ zh: '客服系统确认收到', en: 'helpdesk confirms what it has' }, 'receipt'),
  {
    name: { zh: '应答丢失时查明，不重复', en: 'a lost answer is cleared up, without a copy' },
    cell: (known) => {
      const cell = memberCell(known, ({ settles }) => settles === true);
      return cell.word === 'no' && known.way.elsewhere === undefined ? { ...cell, note: copies } : cell;
    },
  },
  { name: { zh: '回复怎样到来', en: 'how replies come' }, cell: ({ adapter }) => repliesCell(adapter) },
  heeded({ zh: '规则指定客服组', en: 'a rule names the group' }, 'group'),
  heeded({ zh: '规则指定坐席', en: 'a rule names the agent' }, 'agent'),
  heeded({ zh: '规则给优先级', en: 'a rule gives a priority' }, 'priority'),
  member({ zh: '`check` 核对客服组', en: '`check` looks the groups up' }, ({ groups }) => !!groups),
  { name: { zh: '调用上限', en: 'calls at most' }, cell: limitsCell },
];

const copies: Sentence = {
  zh: '重发，坐席可能看到两条（`onUnknown` 决定）',
  en: 'repeated, so that agents may see a copy (`onUnknown` decides)',
};

function repliesCell({ readCallback, pull }: HelpdeskAdapter): Cell {
  if (readCallback && pull) return { word: { zh: '回调与拉取', en: 'callbacks and pulls' } };
  if (readCallback) return { word: { zh: '回调', en: 'callbacks' } };
  return pull ? { word: { zh: '拉取', en: 'pulls' } } : no;
}

/** What a kind is first sent as to this kind of account. */
export function sentAs(kind: PartKind, account: 'miniprogram' | 'service'): string {
  const settings = wechatSettings.parse({ ...sampleAccount, kind: account });
  const [piece] = planPieces([samples[kind] ?? { kind: 'text', text: 'text' }], settings);
  return piece?.kind === 'typed' ? (piece.forms[0] ?? 'text') : 'text';
}

const sampleAccount = {
  appid: 'wx0123456789abcdef',
  originalId: 'gh_0123456789ab',
  secret: '0123456789abcdef0123456789abcdef',
  token: 'token',
  encodingAESKey: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
  defaultThumb: 'https://example.com/thumb.jpg',
  boundAppids: ['wx0123456789abcdef'],
};

const media = { id: 'x', from: {} };
const option = { id: '1', label: '1' };
const samples: { readonly [Kind in PartKind]?: Part } = {
  image: { kind: 'image', media },
  voice: { kind: 'voice', media },
  video: { kind: 'video', media },
  file: { kind: 'file', name: 'a.pdf', media },
  link: { kind: 'link', title: 'title', url: 'https://example.com' },
  miniProgramPage: { kind: 'miniProgramPage', title: 'title', path: 'index', appid: sampleAccount.appid },
  location: { kind: 'location', latitude: 0, longitude: 0 },
  menu: { kind: 'menu', text: 'text', options: [option] },
};
