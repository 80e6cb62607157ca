import { type AppChat, type AppMemory, openChatsOf } from './app-memory.ts';
import { timeOf } from './transcript.ts';
import type { Said, Words } from './words.ts';

/** What an agent's words come to. `tell`: he is told something, and no visitor is. */
export type Decision =
  | {
      readonly kind: 'deliver';
      readonly chat: AppChat;
      readonly said: Exclude<Said, { kind: 'click' | 'unsupported' }>;
    }
  | { readonly kind: 'select'; readonly chat: AppChat; readonly tell: string }
  | { readonly kind: 'end'; readonly chat: AppChat; readonly tell: string }
  | { readonly kind: 'tell'; readonly tell: string }
  | { readonly kind: 'nothing' };

interface Rules {
  readonly selectTtlSec: number;
  readonly guardSec: number;
}

/**
 * Whose an agent's words are: the visitor's whose tag they begin with, else of the one whom he chose or answered last,
 * unless another may be meant. Rather nobody is answered than the wrong one. Pure.
 */
export function decide(app: AppMemory, { agent, said, at }: Words, rules: Rules): Decision {
  switch (said.kind) {
    case 'click':
      return decideClick(app, agent, said.button);
    case 'unsupported':
      return tell(`暂不支持这种消息（${said.type}），访客没有收到。`);
    case 'text':
      return decideText(app, { agent, text: said.text.trim(), at }, rules);
    default:
      return deliver(app, { agent, said, at }, rules);
  }
}

function decideClick(app: AppMemory, agent: string, button: string): Decision {
  const [, deed, tag = ''] = /^(take|end):([0-9A-Z]{2,4})$/.exec(button) ?? [];
  if (deed === undefined) return { kind: 'nothing' };
  return byTag(app, agent, tag, (chat) => (deed === 'take' ? select(chat) : end(chat)));
}

interface Given<Of> {
  readonly agent: string;
  readonly at: number;
  readonly said: Of;
}

function decideText(
  app: AppMemory,
  { agent, text, at }: { readonly agent: string; readonly text: string; readonly at: number },
  rules: Rules,
): Decision {
  const command = /^\/(list|help|end)(?:\s+#?([0-9A-Za-z]{2,4}))?$/i.exec(text);
  if (command !== null) return decideCommand(app, agent, command);
  const [whole, tag = '', words] = /^[#＃]([0-9A-Za-z]{2,4})(?:[\s:：]+([\s\S]*))?$/.exec(text) ?? [];
  if (whole === undefined)
    return text === ''
      ? { kind: 'nothing' }
      : deliver(app, { agent, said: { kind: 'text', text }, at }, rules);
  return byTag(app, agent, tag, (chat) =>
    words === undefined || words.trim() === ''
      ? select(chat)
      : { kind: 'deliver', chat, said: { kind: 'text', text: words.trim() } },
  );
}

function decideCommand(app: AppMemory, agent: string, [, name = '', tag]: RegExpExecArray): Decision {
  switch (name.toLowerCase()) {
    case 'list':
      return tell(listChats(app, agent));
    case 'end':
      return tag === undefined ? tell('请写明标签，例如 /end K7') : byTag(app, agent, tag, end);
    default:
      return tell(help);
  }
}

const help = [
  '#标签 内容：回复该访客',
  '#标签：选定该访客，之后可直接回复',
  '/list：进行中的会话',
  '/end 标签：结束会话',
].join('\n');

function listChats(app: AppMemory, agent: string): string {
  const chats = openChatsOf(app, agent);
  if (chats.length === 0) return '没有进行中的会话。';
  const lines = chats.slice(-30).map(({ tag, visitorAt }) => `#${tag}（${timeOf(visitorAt)}）`);
  return ['进行中的会话：', ...lines].join('\n');
}

function byTag(app: AppMemory, agent: string, tag: string, then: (chat: AppChat) => Decision): Decision {
  const wanted = tag.toUpperCase();
  const chat = openChatsOf(app, agent).find((one) => one.tag === wanted);
  return chat === undefined
    ? tell(`没有 #${wanted} 这个会话（已结束，或不由您接待），访客没有收到。`)
    : then(chat);
}

/** Words without a tag. */
function deliver(
  app: AppMemory,
  { agent, said, at }: Given<Exclude<Said, { kind: 'click' | 'unsupported' }>>,
  { selectTtlSec, guardSec }: Rules,
): Decision {
  const open = openChatsOf(app, agent);
  const selected = app.selected[agent];
  const chat = open.find(({ tag }) => tag === selected?.tag);
  const isFresh = selected !== undefined && at - selected.at < selectTtlSec * 1000;
  // He may be answering another who has just written.
  const isCrossed = open.some((one) => one !== chat && Math.abs(at - one.visitorAt) < guardSec * 1000);
  if (chat === undefined || !isFresh || isCrossed)
    return tell('请用 #标签 指明会话，访客没有收到。发送 /list 查看会话。');
  return { kind: 'deliver', chat, said };
}

function select(chat: AppChat): Decision {
  return { kind: 'select', chat, tell: `已选定 #${chat.tag}，可直接回复。` };
}

function end(chat: AppChat): Decision {
  return { kind: 'end', chat, tell: `#${chat.tag} 已结束。` };
}

function tell(text: string): Decision {
  return { kind: 'tell', tell: text };
}
