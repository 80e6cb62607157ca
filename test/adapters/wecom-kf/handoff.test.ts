import { describe, expect, test } from 'vitest';
import { openCore } from './core.ts';
import { CORP, CUSTOMER, conversation, conversationOf, OTHER, openCompany } from './desk.ts';
import { handedOff, open } from './hand-off.ts';

describe('a card', () => {
  test('leads from the mini-program to the kf chat by a reference that cannot be guessed', async () => {
    const { core } = await open();
    expect(await core.visitorSays('在吗')).toMatchObject({ outcome: 'accepted' });
    expect(core.said).toEqual([
      {
        conversation: conversation.id,
        part: {
          kind: 'link',
          title: '联系人工客服',
          description: '点击进入微信客服',
          url: expect.stringMatching(/\?enc_scene=ENC[0-9a-f]+&scene_param=h1[0-9A-Za-z_-]{22}$/),
        },
      },
    ]);
    expect(core.cardLink()).not.toContain(conversation.visitor);
  });

  test('is not sent again before its time, and then with the same reference', async () => {
    const { core, clock } = await open();
    await core.visitorSays('一');
    await core.visitorSays('二');
    expect(core.said).toHaveLength(1);
    const link = core.cardLink();
    clock.now += 600_000;
    await core.visitorSays('三');
    expect(core.said).toHaveLength(2);
    expect(core.cardLink()).toBe(link);
  });

  test('can be a page of the mini-program, which is told the link', async () => {
    const { core, lent } = await open({ pagepath: 'pages/kf/index' });
    await core.visitorSays('在吗');
    const [card] = core.said;
    const path = card?.part.kind === 'miniProgramPage' ? card.part.path : '';
    const [, ref = ''] = /^pages\/kf\/index\?ref=(.+)$/.exec(path) ?? [];
    expect(await lent.adapter.handoff?.(ref)).toEqual({
      url: expect.stringContaining(`scene_param=${ref}`),
      page: { corpId: CORP, url: expect.stringContaining(`scene_param=${ref}`) },
    });
  });

  test('can be a text, and waits for the wish for an agent where the settings say so', async () => {
    const { core, lent } = await open({ card: 'text', trigger: 'keyword' });
    await core.visitorSays('在吗');
    expect(core.said).toEqual([]);
    const context = {
      key: 'm_a',
      number: 1,
      signal: new AbortController().signal,
      conversation,
      memory: { conversation: core.memory(), helpdesk: undefined },
      progress: null,
    };
    expect(await lent.adapter.askForAgent?.(context)).toMatchObject({
      outcome: 'accepted',
      say: [{ kind: 'text', text: expect.stringMatching(/^联系人工客服\nhttps:/) }],
    });
  });

  test('waits for an operator where the settings say so, whatever the visitor says', async () => {
    const { core, lent } = await open({ trigger: 'manual' });
    await core.visitorSays('在吗');
    const context = {
      key: 'm_a',
      number: 1,
      signal: new AbortController().signal,
      conversation,
      memory: { conversation: core.memory(), helpdesk: undefined },
      progress: null,
    };
    expect(await lent.adapter.askForAgent?.(context)).toEqual({ outcome: 'accepted' });
    expect(core.said).toEqual([]);
    expect(await lent.adapter.askForAgent?.({ ...context, isByHand: true })).toMatchObject({
      say: [{ kind: 'link' }],
    });
  });

  test.each(['h1AAAAAAAAAAAAAAAAAAAAAA', 'h2', '', '../x'])(
    'with a reference that is not ours (%s) leads nowhere',
    async (ref) => {
      const { lent } = await open();
      expect(await lent.adapter.handoff?.(ref)).toBeUndefined();
    },
  );

  test('leads nowhere after its time', async () => {
    const { core, lent, clock } = await open({ refTtlSec: 3600 });
    await core.visitorSays('在吗');
    const ref = core.cardLink().split('scene_param=')[1] ?? '';
    expect(await lent.adapter.handoff?.(ref)).toBeDefined();
    clock.now += 3_600_000;
    expect(await lent.adapter.handoff?.(ref)).toBeUndefined();
  });

  test('that cannot be made now comes later, and the words are not lost', async () => {
    const { core, wecom } = await open();
    wecom.fail({ errcode: 45009, path: '/cgi-bin/kf/add_contact_way' });
    expect(await core.visitorSays('在吗')).toMatchObject({ outcome: 'later', afterMs: 60_000 });
    expect(await core.visitorSays('在吗')).toMatchObject({ outcome: 'accepted' });
  });
});

describe('whoever comes by a card', () => {
  test('is welcomed with what was written before, within his 20 seconds', async () => {
    const { core, people, wecom } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await core.pull();
    expect(wecom.said.all).toMatchObject([
      { by: 'code', external: CUSTOMER, text: '【小程序咨询记录】\n11-15 06:13 我：在吗' },
    ]);
    expect(core.records()).toContainEqual({ kind: 'event', name: 'handed-off' });
  });

  test('is not welcomed when that is too late; the transcript comes with his first words', async () => {
    const { core, people, wecom, clock } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    clock.now += 16_000;
    await core.pull();
    expect(core.inChat()).toEqual([]);
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    expect(wecom.said.all).toMatchObject([{ by: 'allowance', text: expect.stringContaining('我：在吗') }]);
  });

  test('is told what another helpdesk answered, and nothing that came from the kf chat itself', async () => {
    const { core, people, lent } = await open({ transcriptVia: ['chat'] });
    await core.visitorSays('在吗');
    core.wasTold('您好', { isOwn: false });
    core.wasTold('联系人工客服', { isOwn: true });
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    expect(core.inChat()).toEqual(['【小程序咨询记录】\n11-15 06:13 我：在吗\n11-15 06:13 客服：您好']);
    expect(JSON.stringify([core.memory(), lent.lines])).not.toMatch(/在吗|您好/);
  });

  test('is told of media by a word, and by a link where the settings say so', async () => {
    for (const [transcriptLinks, line] of [
      [false, '我：[图片]'],
      [true, '我：[图片] https://bridge.example.com/media/x_1'],
    ] as const) {
      const { core, people } = await open({ transcriptLinks });
      await core.visitorSays([{ kind: 'image', media: { id: 'x_1', from: {} } }]);
      await people.enter(CUSTOMER, core.cardLink());
      await core.pull();
      expect(core.inChat()[0]?.split('11-15 06:13 ')[1]).toBe(line);
    }
  });

  test('is the visitor; another to whom the card was passed on is nobody, and learns nothing', async () => {
    const { core, people, wecom } = await open();
    await core.visitorSays('我的手机号是 138');
    const link = core.cardLink();
    await people.enter(CUSTOMER, link);
    await core.pull();
    await people.enter(OTHER, link);
    await people.customerSays(OTHER, '这是什么');
    await core.pull();
    expect(wecom.said.all.filter(({ external }) => external === OTHER)).toEqual([]);
    expect(core.records()).toContainEqual({ kind: 'event', name: 'handoff-conflict' });
    expect(core.records()).not.toContainEqual({ kind: 'text', text: '这是什么' });
    expect(wecom.customer(OTHER).state).toBe(0);
  });

  test('is the visitor until another comes by a newer card; by an older one nobody does', async () => {
    const { core, people, clock } = await open({ refTtlSec: 3600 });
    await core.visitorSays('在吗');
    const older = core.cardLink();
    clock.now += 2_000_000;
    await core.visitorSays('在吗');
    const newer = core.cardLink();
    expect(newer).not.toBe(older);
    await people.enter(CUSTOMER, newer);
    await people.enter(OTHER, older);
    await core.pull();
    expect(core.memory()).toMatchObject({ kf: { external: CUSTOMER } });
    expect(core.records()).toContainEqual({ kind: 'event', name: 'handoff-conflict' });
  });

  test('comes again by the same card without a second transcript', async () => {
    const { core, people } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await core.pull();
    await people.enter(CUSTOMER, core.cardLink());
    await core.pull();
    expect(core.inChat()).toHaveLength(1);
  });

  test('is nobody if the card had ended, or the link was another’s', async () => {
    const { core, people, clock, lent } = await open({ refTtlSec: 3600, scene: 'ours' });
    await core.visitorSays('在吗');
    const link = core.cardLink();
    clock.now += 3_600_000;
    await people.enter(CUSTOMER, link);
    await people.enter(OTHER, `${link.split('&')[0]}&scene_param=h1AAAAAAAAAAAAAAAAAAAAAA`);
    await core.pull();
    expect(core.inChat()).toEqual([]);
    expect(core.records()).toEqual([
      { kind: 'event', name: 'handoff-offered' },
      { kind: 'event', name: 'handoff-lapsed' },
    ]);
    expect(lent.lines).toEqual([]);
  });

  test('and was not seen to come is asked about when he writes', async () => {
    const { core, people, wecom, clock } = await open();
    await core.visitorSays('在吗');
    const seen = wecom.customer(CUSTOMER);
    seen.came = { at: clock.now, scene: 'mpbridge', param: core.cardLink().split('scene_param=')[1] ?? '' };
    await people.customerSays(CUSTOMER, '你好');
    await core.pull();
    expect(core.records()).toContainEqual({ kind: 'text', text: '你好' });
    expect(core.inChat()).toEqual(['【小程序咨询记录】\n11-15 06:13 我：在吗']);
    expect(seen.state).toBe(2);
  });
});

describe('the first words in the kf chat', () => {
  test('bring the chat to the pool, after the transcript', async () => {
    const { wecom, core } = await handedOff();
    expect(wecom.customer(CUSTOMER).state).toBe(2);
    expect(core.serving()).toBe('queue');
    expect(core.records()).toContainEqual({ kind: 'text', text: '你好' });
  });

  test('are said once: the next ones ask nothing', async () => {
    const { core, people, lent } = await handedOff();
    const before = lent.calls.length;
    await people.customerSays(CUSTOMER, '有人吗');
    await core.pull();
    expect(lent.calls.slice(before).map(({ name }) => name)).toEqual(['/cgi-bin/kf/sync_msg']);
  });

  test('bring it to whoever receives', async () => {
    const company = await openCompany(
      { handoff: { route: 'servicer:auto' } },
      {
        members: [
          { userid: 'zhangsan', name: '张三', status: 1 },
          { userid: 'lisi', name: '李四', status: 0 },
        ],
      },
    );
    company.wecom.people.isSilent = true;
    const core = openCore(company);
    await core.visitorSays('在吗');
    await company.wecom.people.enter(CUSTOMER, core.cardLink());
    await company.wecom.people.customerSays(CUSTOMER, '你好');
    await core.pull();
    expect(company.wecom.customer(CUSTOMER)).toMatchObject({ state: 3, servicer: 'lisi' });
    expect(core.serving()).toBe('agent');
  });

  test('bring it to the pool where the servicer who is meant does not receive', async () => {
    const { wecom } = await handedOff({ route: 'servicer:wangwu' });
    expect(wecom.customer(CUSTOMER).state).toBe(2);
  });

  test('bring it nowhere where WeCom distributes, or somebody has it already', async () => {
    const none = await handedOff({ route: 'none' });
    expect(none.wecom.customer(CUSTOMER).state).toBe(0);
    const { core, people, wecom } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, '你好');
    await people.take('lisi', CUSTOMER);
    await core.pull();
    expect(wecom.customer(CUSTOMER)).toMatchObject({ state: 3, servicer: 'lisi' });
  });

  test('are answered by the prompt that the move allows, once', async () => {
    const { wecom } = await handedOff({ prompt: '已为您转接人工客服' });
    expect(wecom.said.all.at(-1)).toMatchObject({ by: 'code', text: '已为您转接人工客服' });
  });

  test('are decided anew where the chat has moved meanwhile', async () => {
    const { core, people, wecom } = await open();
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await core.pull();
    await people.customerSays(CUSTOMER, '你好');
    wecom.fail({ errcode: 95016, path: '/cgi-bin/kf/service_state/trans' });
    await core.pull();
    expect(wecom.customer(CUSTOMER).state).toBe(2);
  });

  test('lose no transcript by an answer that got lost, and say it once', async () => {
    const { core, people, wecom } = await open({ transcriptVia: ['chat'] });
    await core.visitorSays('在吗');
    await people.enter(CUSTOMER, core.cardLink());
    await people.customerSays(CUSTOMER, '你好');
    wecom.fail({ lose: true, path: '/cgi-bin/kf/send_msg' });
    await core.pull();
    expect(core.inChat()).toEqual([expect.stringContaining('我：在吗')]);
    expect(wecom.customer(CUSTOMER).state).toBe(2);
  });
});

describe('words of a servicer', () => {
  test('stay in the kf chat where the visitor wrote there last, and are written down', async () => {
    const { core, people } = await handedOff();
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await core.pull();
    expect(core.records()).toContainEqual({ kind: 'text', text: '您好' });
    expect(core.replies()).toEqual([]);
    expect(core.history.findLast(({ event }) => event.kind === 'recorded')?.event).toMatchObject({
      from: { role: 'agent', id: 'zhangsan', name: '张三' },
    });
  });

  test('also come to the mini-program where the visitor wrote there last', async () => {
    const { core, people } = await handedOff();
    await core.visitorSays('人呢');
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await core.pull();
    expect(core.replies()).toEqual([{ kind: 'text', text: '您好' }]);
    await people.customerSays(CUSTOMER, '在的');
    await people.servicerSays('zhangsan', CUSTOMER, '好');
    await core.pull();
    expect(core.replies()).toHaveLength(1);
  });

  test('come always, or never, where the settings say so', async () => {
    const always = await handedOff({ mirror: 'always' });
    await always.people.servicerSays('zhangsan', CUSTOMER, '您好');
    await always.core.pull();
    expect(always.core.replies()).toHaveLength(1);
    const never = await handedOff({ mirror: 'never' });
    await never.core.visitorSays('人呢');
    await never.people.servicerSays('zhangsan', CUSTOMER, '您好');
    await never.core.pull();
    expect(never.core.replies()).toEqual([]);
  });

  test('of another kind come as what the mini-program can show', async () => {
    const { core, people, wecom, lent } = await handedOff({ mirror: 'always' });
    const media_id = wecom.shelve({
      type: 'image',
      name: 'a.png',
      contentType: 'image/png',
      bytes: Buffer.from('picture'),
    });
    const says = (msgtype: string, content: Record<string, unknown>) =>
      people.servicerSays('zhangsan', CUSTOMER, { msgtype, content });
    await says('image', { media_id });
    await says('voice', { media_id });
    await says('link', { title: '商品', desc: '', url: 'https://shop.example/1', pic_url: '' });
    await says('location', { latitude: 30.5, longitude: '120.25', name: '店', address: '路' });
    await core.pull();
    const [picture, ...others] = core.replies();
    expect(others).toEqual([
      { kind: 'text', text: '[语音] 请在微信客服会话中查看' },
      { kind: 'link', title: '商品', url: 'https://shop.example/1' },
      { kind: 'text', text: '[位置] 请在微信客服会话中查看' },
    ]);
    const from = picture?.kind === 'image' ? picture.media.from : {};
    expect(from).toMatchObject({ isSecret: true });
    const request = await lent.adapter.mediaRequest?.(from.url ?? '');
    expect(await (await fetch(String(request?.url))).text()).toBe('picture');
    expect(request?.isAttached).toBe(true);
    expect(JSON.stringify(core.history)).not.toMatch(/access_token|token-\d/);
  });

  test('that are taken back are taken back in the mini-program too', async () => {
    const { core, people } = await handedOff({ mirror: 'always' });
    await people.servicerSays('zhangsan', CUSTOMER, '错了');
    await core.pull();
    const message = core.history.findLast(({ event }) => event.kind === 'message')?.event;
    const id = message?.kind === 'message' ? message.vendorId : undefined;
    await people.happens({
      event_type: 'servicer_recall_msg',
      external_userid: CUSTOMER,
      recall_msgid: id,
      servicer_userid: 'zhangsan',
    });
    await core.pull();
    expect(core.history.at(-1)?.event).toMatchObject({ kind: 'recalled', vendorId: id });
  });
});

describe('words in the mini-program during a hand-off', () => {
  test('bring the card again, in its time, and wait for the next transcript', async () => {
    const { core, clock } = await handedOff();
    await core.visitorSays('人呢');
    expect(core.said).toHaveLength(1);
    clock.now += 600_000;
    await core.visitorSays('人呢');
    expect(core.said).toHaveLength(2);
  });

  test('go to the servicer as a message of the application, where the settings say so', async () => {
    const { core, people, wecom } = await handedOff({ duringHandoff: ['app'] });
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await core.pull();
    await core.visitorSays('看下订单');
    expect(wecom.messages.all).toMatchObject([
      { userid: 'zhangsan', text: '【小程序】用户0user1：看下订单' },
    ]);
    expect(core.said).toHaveLength(1);
  });

  test('go into the kf chat while nobody has it, where the settings say so', async () => {
    const { core } = await handedOff({ duringHandoff: ['kf'], route: 'none' });
    await core.visitorSays('看下订单');
    expect(core.inChat().at(-1)).toBe('【小程序】看下订单');
  });
});

describe('the end of a session', () => {
  test('asks for a rating within its 20 seconds, and takes the click for one', async () => {
    const { core, people, wecom } = await handedOff({ rating: ['满意', '不满意'] });
    await people.take('zhangsan', CUSTOMER);
    await people.end(CUSTOMER);
    await core.pull();
    expect(wecom.said.all.at(-1)).toMatchObject({ msgtype: 'msgmenu', text: '请为本次服务评分' });
    await people.customerSays(CUSTOMER, {
      msgtype: 'text',
      content: { content: '满意', menu_id: `rate:${conversation.id}:1` },
    });
    await core.pull();
    expect(core.records()).toContainEqual({
      kind: 'choice',
      of: 'rating',
      option: { id: '1', label: '满意' },
      session: CUSTOMER,
    });
  });

  test('lets the mini-program offer a card again', async () => {
    const { core, people, clock } = await handedOff();
    await people.take('zhangsan', CUSTOMER);
    await people.end(CUSTOMER);
    await core.pull();
    expect(core.serving()).toBe('nobody');
    clock.now += 600_000;
    await core.visitorSays('还有问题');
    expect(core.said).toHaveLength(2);
  });

  test('begins anew with the customer’s next words', async () => {
    const { core, people, wecom } = await handedOff();
    await people.take('zhangsan', CUSTOMER);
    await people.end(CUSTOMER);
    await core.pull();
    await people.customerSays(CUSTOMER, '还有问题');
    await core.pull();
    expect(wecom.customer(CUSTOMER).state).toBe(2);
  });
});

test('two visitors are two customers', async () => {
  const { core, people } = await open();
  const other = conversationOf('oSim0000000000000000000user2');
  await core.visitorSays('一');
  const link = core.cardLink();
  await core.visitorSays('二', other);
  await people.enter(CUSTOMER, link);
  await people.enter(OTHER, core.cardLink(other.id));
  await people.customerSays(CUSTOMER, '甲');
  await people.customerSays(OTHER, '乙');
  await core.pull();
  expect(core.records()).toContainEqual({ kind: 'text', text: '甲' });
  expect(core.records(other.id)).toContainEqual({ kind: 'text', text: '乙' });
  expect(core.records(other.id)).not.toContainEqual({ kind: 'text', text: '甲' });
});
