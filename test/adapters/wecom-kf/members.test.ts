import { describe, expect, test } from 'vitest';
import type { Json, Message, Part } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import type { Attempt } from '../../../src/ports/helpdesk.ts';
import { knownProfile } from '../known-visitor.ts';
import { openCore } from './core.ts';
import {
  appSettings,
  conversation,
  conversationOf,
  type OpenCompany,
  openCompany,
  requestOf,
} from './desk.ts';

const other = conversationOf('oSim0000000000000000000user2');

async function open(app: Record<string, unknown> = {}) {
  const company = await openCompany({ ...appSettings, app: { ...appSettings.app, ...app } });
  const core = openCore(company);
  return { ...company, core };
}

/** What a member does reaches the adapter by a callback of the application. */
async function does(
  { wecom, core }: Pick<OpenCompany, 'wecom'> & { readonly core: ReturnType<typeof openCore> },
  xml: string,
) {
  return core.callBack(requestOf(wecom.prepare(xml)));
}

let count = 0;

function text(words: string, agent = 'zhangsan', at = 1_700_000_000): string {
  count += 1;
  return `<xml><FromUserName><![CDATA[${agent}]]></FromUserName><CreateTime>${at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${words}]]></Content><MsgId>${9_007_199_254_740_993n + BigInt(count)}</MsgId><AgentID>1000002</AgentID></xml>`;
}

function click(key: string): string {
  return `<xml><FromUserName>zhangsan</FromUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>template_card_event</Event><EventKey>${key}</EventKey><TaskId>t</TaskId></xml>`;
}

function tags(wecom: OpenCompany['wecom']): readonly string[] {
  return wecom.messages.all.flatMap(({ text: words }) => /^新会话 #(\S+)$/.exec(words)?.slice(1) ?? []);
}

const told = ({ wecom }: Pick<OpenCompany, 'wecom'>) => wecom.messages.all.at(-1)?.text;

describe('a visitor’s words', () => {
  test('come to a member behind a card, with a tag', async () => {
    const { core, wecom } = await open();
    expect(await core.visitorSays('在吗')).toMatchObject({ outcome: 'accepted' });
    const [tag] = tags(wecom);
    expect(tag).toMatch(/^[2-9A-HJKMNP-TV-Z]{2}$/);
    expect(wecom.messages.all.map(({ userid, text: words }) => [userid, words])).toEqual([
      ['zhangsan', `新会话 #${tag}`],
      ['zhangsan', expect.stringMatching(new RegExp(`^【#${tag}】用户0user1·\\d+：在吗$`))],
    ]);
  });

  test('come behind a card that says who he is', async () => {
    const { core, wecom } = await open();
    await core.visitorSays('在吗', { ...conversation, context: 'pages/cart', profile: knownProfile });
    const [card] = wecom.messages.all;
    expect(JSON.stringify(card)).toContain(
      JSON.stringify([
        { keyname: '来源', value: '微信 wx1a2b3c4d5e6f7a8b' },
        { keyname: 'openid', value: conversation.visitor },
        { keyname: '进入参数', value: 'pages/cart' },
        { keyname: '姓名', value: '张三' },
        { keyname: '电话', value: '13800138000' },
        { keyname: '邮箱', value: 'z@example.com' },
      ]),
    );
  });

  test('of two visitors have two tags, and members take turns', async () => {
    const { core, wecom } = await open({ agents: ['zhangsan', 'lisi'] });
    await core.visitorSays('一');
    await core.visitorSays('二', other);
    await core.visitorSays('三');
    const [first, second] = tags(wecom);
    expect(first).not.toBe(second);
    expect(wecom.messages.all.map(({ userid }) => userid)).toEqual([
      'zhangsan',
      'zhangsan',
      'lisi',
      'lisi',
      'zhangsan',
    ]);
  });

  test('that are long are split, each piece with the tag', async () => {
    const { core, wecom } = await open({ card: false });
    await core.visitorSays('长'.repeat(1500));
    const pieces = wecom.messages.all.map(({ text: words }) => words);
    expect(pieces).toHaveLength(3);
    expect(pieces.every((words) => words.startsWith('【#') && Buffer.byteLength(words) <= 2048)).toBe(true);
    expect(pieces.map((words) => words.split('：')[1]).join('')).toBe('长'.repeat(1500));
  });

  test('that are the same twice both arrive', async () => {
    const { core, wecom } = await open({ card: false });
    await core.visitorSays('好');
    await core.visitorSays('好');
    expect(wecom.messages.all).toHaveLength(2);
  });
});

describe('words that wait behind others', () => {
  const say = async (
    texts: readonly string[],
    behindOf: (text: string) => readonly Part[],
    lost?: Attempt['lost'],
  ) => {
    const scene = await open({ card: false });
    await scene.core.visitorSays('先');
    const messageOf = (seq: number, parts: readonly Part[]): Message => ({
      id: `m_${seq}`,
      conversation: conversation.id,
      direction: 'forward',
      seq,
      from: { role: 'visitor' },
      parts,
      writtenAt: 0,
    });
    const [first = '', ...others] = texts;
    const behind = others.map((text, place) => messageOf(place + 10, behindOf(text)));
    const base = { key: 'm_9', signal: new AbortController().signal, conversation, explained: [] };
    const memory = { conversation: undefined, helpdesk: scene.core.memory('') };
    let progress: Json = null;
    for (let number = 1; number < 10; number += 1) {
      const attempt = { ...base, number, memory, behind, progress, ...(number === 1 && lost && { lost }) };
      const delivery = await scene.lent.adapter.forward(
        messageOf(9, [{ kind: 'text', text: first }]),
        attempt,
      );
      if (delivery.outcome !== 'more') return { ...scene, delivery };
      progress = JSON.parse(JSON.stringify(delivery.progress));
      // More may have come meanwhile: what goes along was decided before.
      behind.push(messageOf(99, [{ kind: 'text', text: '又来' }]));
    }
    throw new Error('expected an end');
  };
  const asText = (text: string): readonly Part[] => [{ kind: 'text', text }];

  test('go along in one message, as a member gets only so many a minute', async () => {
    const scene = await say(['一', '二', '三'], asText);
    expect(scene.delivery).toMatchObject({ outcome: 'accepted', took: 2 });
    expect(told(scene)).toMatch(/^【#..】用户0user1·9：一\n二\n三$/);
  });

  test('do not go along with one that may have arrived alone', async () => {
    const scene = await say(['一', '二'], asText, { startedAt: 0, code: 'timeout' });
    expect(scene.delivery).toMatchObject({ outcome: 'accepted', took: 0 });
    expect(told(scene)).toMatch(/：一$/);
  });

  test('go along as far as they fit', async () => {
    const scene = await say(['长'.repeat(400), '长'.repeat(200), '长'.repeat(200)], asText);
    expect(scene.delivery).toMatchObject({ outcome: 'accepted', took: 1 });
    expect(Buffer.byteLength(told(scene) ?? '')).toBeLessThanOrEqual(2048);
  });

  test('go along as far as they are texts', async () => {
    const image: Part = { kind: 'image', media: { id: 'x_1', from: {} } };
    const scene = await say(['一', '二', '图', '三'], (text) => (text === '图' ? [image] : asText(text)));
    expect(scene.delivery).toMatchObject({ took: 1 });
  });
});

describe('a visitor’s media', () => {
  const bytes = Buffer.from('\x89PNG....');
  const kept: KeptMedia = {
    type: 'image/png',
    bytes: bytes.length,
    name: 'a.png',
    md5: '',
    read: async () => bytes,
  };
  const sends = async (scene: Awaited<ReturnType<typeof open>>, part: Part) => {
    await scene.core.visitorSays('看');
    const memory = { conversation: undefined, helpdesk: scene.core.memory('') };
    const attempt = {
      key: 'm_9',
      number: 1,
      signal: new AbortController().signal,
      conversation,
      memory,
      behind: [],
      explained: [],
    };
    const message = {
      id: 'm_9',
      conversation: conversation.id,
      direction: 'forward',
      seq: 9,
      from: { role: 'visitor' },
      parts: [part],
      writtenAt: 0,
    } as const;
    let progress = null;
    for (let step = 0; step < 10; step += 1) {
      const delivery = await scene.lent.adapter.forward(message, { ...attempt, progress });
      if (delivery.outcome !== 'more') return delivery;
      progress = JSON.parse(JSON.stringify(delivery.progress));
    }
    throw new Error('expected an end');
  };
  const image: Part = { kind: 'image', media: { id: 'x_1', from: {} } };

  test('are announced with the tag, and follow', async () => {
    const scene = await open();
    scene.lent.copies.set('x_1', kept);
    expect(await sends(scene, image)).toMatchObject({ outcome: 'accepted' });
    expect(scene.wecom.messages.all.slice(-2)).toMatchObject([
      { msgtype: 'text', text: expect.stringMatching(/^【#..】用户0user1·9 发来\[图片\]$/) },
      { msgtype: 'image', bytes },
    ]);
  });

  test('are uploaded once more where WeCom has lost them, and once only', async () => {
    const scene = await open();
    scene.lent.copies.set('x_1', kept);
    const matches = ({ body }: { readonly body: Buffer }) => body.includes('"msgtype":"image"');
    scene.wecom.fail({ errcode: 40007, path: '/cgi-bin/message/send', matches });
    expect(await sends(scene, image)).toMatchObject({ outcome: 'accepted' });
    scene.wecom.fail({ errcode: 40007, path: '/cgi-bin/message/send', matches, times: 2 });
    expect(await sends(scene, image)).toMatchObject({ outcome: 'refused', code: '40007' });
  });

  test('that are no AMR go as a file, and what cannot be had as a line with a link', async () => {
    const scene = await open();
    scene.lent.copies.set('x_1', { ...kept, type: 'audio/mpeg', name: 'a.mp3' });
    await sends(scene, { kind: 'voice', media: { id: 'x_1', from: {} } });
    expect(scene.wecom.messages.all.at(-1)).toMatchObject({ msgtype: 'file' });
    await sends(scene, { kind: 'video', media: { id: 'x_2', from: {} } });
    expect(told(scene)).toMatch(/：\[视频\] https:\/\/bridge\.example\.com\/media\/x_2$/);
  });
});

describe('a member’s words', () => {
  test('come to the visitor whose tag they begin with, without it', async () => {
    const scene = await open();
    await scene.core.visitorSays('一');
    await scene.core.visitorSays('二', other);
    const [first = '', second = ''] = tags(scene.wecom);
    await does(scene, text(`#${second.toLowerCase()} 好的`));
    await does(scene, text(`＃${first}：您好\n请稍等`));
    expect(scene.core.replies(other.id)).toEqual([{ kind: 'text', text: '好的' }]);
    expect(scene.core.replies()).toEqual([{ kind: 'text', text: '您好\n请稍等' }]);
    expect(scene.core.history.at(-1)?.event).toMatchObject({
      from: { role: 'agent', id: 'zhangsan', name: '张三' },
    });
  });

  test('without a tag come to whom he chose, by tag or by button, and to nobody before that', async () => {
    const scene = await open({ guardSec: 0 });
    await scene.core.visitorSays('一');
    const [tag = ''] = tags(scene.wecom);
    await does(scene, text('您好'));
    expect(scene.core.replies()).toEqual([]);
    expect(told(scene)).toContain('请用 #标签');
    await does(scene, text(`#${tag}`));
    expect(told(scene)).toBe(`已选定 #${tag}，可直接回复。`);
    await does(scene, text('您好'));
    await does(scene, click(`take:${tag}`));
    await does(scene, text('在的'));
    expect(scene.core.replies()).toEqual([
      { kind: 'text', text: '您好' },
      { kind: 'text', text: '在的' },
    ]);
  });

  test('without a tag come to nobody where another visitor has just written', async () => {
    const scene = await open();
    await scene.core.visitorSays('一');
    const [tag = ''] = tags(scene.wecom);
    await does(scene, click(`take:${tag}`));
    await scene.core.visitorSays('二', other);
    await does(scene, text('好的', 'zhangsan', 1_700_000_014));
    expect([scene.core.replies(), scene.core.replies(other.id)]).toEqual([[], []]);
    await does(scene, text('好的', 'zhangsan', 1_700_000_015));
    expect(scene.core.replies()).toEqual([{ kind: 'text', text: '好的' }]);
  });

  test('without a tag come to nobody once the choice is old', async () => {
    const scene = await open({ selectTtlSec: 60, guardSec: 0 });
    await scene.core.visitorSays('一');
    await does(scene, click(`take:${tags(scene.wecom)[0]}`));
    await does(scene, text('好的', 'zhangsan', 1_700_000_060));
    expect(scene.core.replies()).toEqual([]);
  });

  test('with a tag that is unknown, ended or another member’s come to nobody, and he is told', async () => {
    const scene = await open({ agents: ['zhangsan', 'lisi'] });
    await scene.core.visitorSays('一');
    await scene.core.visitorSays('二', other);
    const [first = '', second = ''] = tags(scene.wecom);
    for (const words of ['#ZZ 好的', `#${second} 好的`]) {
      await does(scene, text(words));
      expect(told(scene)).toContain('访客没有收到');
    }
    await does(scene, text(`/end ${first}`));
    expect(told(scene)).toBe(`#${first} 已结束。`);
    await does(scene, text(`#${first} 好的`));
    expect([scene.core.replies(), scene.core.replies(other.id)]).toEqual([[], []]);
    await scene.core.visitorSays('三');
    expect(tags(scene.wecom).at(-1)).not.toBe(first);
  });

  test('that are commands are answered', async () => {
    const scene = await open();
    await scene.core.visitorSays('一');
    await does(scene, text('/list'));
    expect(told(scene)).toBe(`进行中的会话：\n#${tags(scene.wecom)[0]}（11-15 06:13）`);
    await does(scene, text('/help'));
    expect(told(scene)).toContain('/end 标签');
    await does(scene, click(`end:${tags(scene.wecom)[0]}`));
    await does(scene, text('/LIST'));
    expect(told(scene)).toBe('没有进行中的会话。');
  });

  test('to another application of the company are not for us', async () => {
    const scene = await open();
    await scene.core.visitorSays('一');
    const words = text(`#${tags(scene.wecom)[0]} 好的`);
    await does(scene, words.replace('<AgentID>1000002<', '<AgentID>1000009<'));
    expect(scene.core.replies()).toEqual([]);
    await does(scene, words.replace('<AgentID>1000002</AgentID>', ''));
    expect(scene.core.replies()).toEqual([{ kind: 'text', text: '好的' }]);
  });

  test('that come twice are one', async () => {
    const scene = await open();
    await scene.core.visitorSays('一');
    const xml = text(`#${tags(scene.wecom)[0]} 好的`);
    await does(scene, xml);
    await does(scene, xml);
    expect(scene.core.replies()).toHaveLength(1);
  });

  test('of other kinds come as they are', async () => {
    const scene = await open();
    await scene.core.visitorSays('一');
    await does(scene, click(`take:${tags(scene.wecom)[0]}`));
    const media_id = scene.wecom.shelve({
      type: 'image',
      name: 'a.png',
      contentType: 'image/png',
      bytes: Buffer.from('picture'),
    });
    const of = (type: string, fields: string) =>
      `<xml><FromUserName>zhangsan</FromUserName><CreateTime>1700000000</CreateTime><MsgType>${type}</MsgType>${fields}<MsgId>${type}</MsgId></xml>`;
    await does(scene, of('image', `<MediaId>${media_id}</MediaId><PicUrl>https://p.example</PicUrl>`));
    await does(
      scene,
      of('location', '<Location_X>30.5</Location_X><Location_Y>120.25</Location_Y><Label>店</Label>'),
    );
    await does(scene, of('link', '<Title>商品</Title><Url>https://shop.example/1</Url>'));
    const [picture, ...others] = scene.core.replies();
    const kept = picture?.kind === 'image' ? String(picture.media.from.url) : '';
    expect(kept).not.toContain('access_token');
    const request = await scene.lent.adapter.mediaRequest?.(kept);
    expect(await (await fetch(String(request?.url))).text()).toBe('picture');
    expect(others).toEqual([
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '店' },
      { kind: 'link', title: '商品', url: 'https://shop.example/1' },
    ]);
    await does(scene, of('sticker', ''));
    expect(told(scene)).toContain('暂不支持');
  });
});

test('a line of the bridge’s reaches the member alone', async () => {
  const scene = await open();
  await scene.core.visitorSays('一');
  const context = {
    key: 'n_1',
    number: 1,
    signal: new AbortController().signal,
    conversation,
    memory: { conversation: undefined, helpdesk: scene.core.memory('') },
    progress: null,
  };
  expect(await scene.lent.adapter.note?.('访客未收到您的回复', context)).toMatchObject({
    outcome: 'accepted',
  });
  expect(told(scene)).toBe(`【#${tags(scene.wecom)[0]}】系统：访客未收到您的回复`);
});
