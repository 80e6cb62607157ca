import { describe, expect, test } from 'vitest';
import {
  attemptOf,
  conversation,
  eventsIn,
  helpdeskSays,
  im,
  imCallback,
  KEY,
  messagesOf,
  NAME,
  NOW,
  openDesk,
  rest,
  restCallback,
  text,
  UUID,
} from './desk.ts';

const { adapter } = openDesk();
const agent = { userType: 'Agent', userNickname: '小李' };
const robot = { userType: 'Robot' };
const empty = text('');
let second = 0;

/** An event of the helpdesk, each a second later. */
function news(eventName: string, eventObj: object | null = null, session?: string, body: object = empty) {
  second += 1;
  const weichat = {
    event: { eventName, eventObj },
    service_session: session === undefined ? null : { serviceSessionId: session },
  };
  return helpdeskSays(body, weichat, {}, NOW + second * 1000);
}

function says(words: string, from: object, more: object = {}) {
  second += 1;
  return helpdeskSays(text(words), { agent: from, ...more }, {}, NOW + second * 1000);
}

const opened = (agentType: number, sessionId = 's-1') =>
  news('ServiceSessionOpenedEvent', {
    userId: 'a-1',
    agentType,
    agentUserNiceName: '小李',
    avatar: '//x.example/a',
    sessionId,
  });

function openLater() {
  const desk = openDesk();
  desk.clock.now = NOW + 3_600_000;
  return desk;
}

describe('an event of a session', () => {
  test('says that somebody took it', () => {
    expect(eventsIn(adapter, opened(1), NOW + 600_000)).toMatchObject([
      {
        kind: 'sessionStarted',
        session: 's-1',
        by: 'agent',
        agent: { id: 'a-1', name: '小李', avatar: 'https://x.example/a' },
        visitor: NAME,
      },
    ]);
    expect(eventsIn(adapter, opened(6), NOW + 600_000)).toMatchObject([
      { kind: 'sessionStarted', by: 'robot' },
    ]);
  });

  test('says that another agent took it, also where nobody is named', () => {
    const events = eventsIn(adapter, news('ServiceSessionTransferedEvent', null, 's-1'), NOW + 600_000);
    expect(events).toMatchObject([
      { kind: 'sessionStarted', session: 's-1', by: 'agent', transferredFrom: 's-1' },
    ]);
  });

  test.each([
    ['ServiceSessionTransferedToAgentQueueEvent', { kind: 'queued' }],
    ['ServiceSessionClosedEvent', { kind: 'sessionEnded', session: 's-1', reason: 'other' }],
    ['ServiceSessionWillScheduleTimeoutEvent', { kind: 'nobodyOnline', keeps: true }],
    ['ServiceSessionCreatedEvent', { kind: 'noted' }],
    ['TicketStatusChangedEvent', { kind: 'noted' }],
    ['CommentCreatedEvent', { kind: 'noted' }],
    ['ServiceSessionFrozenEvent', { kind: 'unsupported', vendorKind: 'ServiceSessionFrozenEvent' }],
    ['constructor', { kind: 'unsupported' }],
  ])('%s is understood', (name, event) => {
    const object = { ticketEnable: 'true' };
    expect(eventsIn(adapter, news(name, object, 's-1'), NOW + 600_000)).toMatchObject([event]);
  });

  test('counts whatever its body is, and words beside it are shown', () => {
    const command = news('ServiceSessionClosedEvent', null, 's-1', { type: 'cmd', action: 'transfer' });
    expect(eventsIn(adapter, command, NOW + 600_000)).toMatchObject([{ kind: 'sessionEnded' }]);
    const words = news('ServiceSessionClosedEvent', null, 's-1', text('再见'));
    expect(eventsIn(adapter, words, NOW + 600_000)).toMatchObject([
      { kind: 'sessionEnded' },
      { kind: 'message', parts: [{ kind: 'text', text: '再见' }] },
    ]);
  });

  test('is read by the REST channel too', () => {
    const { adapter: own } = openDesk(rest);
    const event = { event_name: 'ServiceSessionClosedEvent', event_obj: null };
    const ext = { event, service_session: { service_session_id: 's-9' } };
    const request = restCallback({ to: conversation.visitor, bodies: [text('')], ext });
    expect(eventsIn(own, request)).toMatchObject([
      { kind: 'sessionEnded', session: 's-9', visitor: 'oABC_1' },
    ]);
  });
});

describe('who serves', () => {
  test('is nobody, then the queue, the robot, an agent, and nobody again', () => {
    const desk = openLater();
    const seen = [desk.serving()];
    for (const request of [
      news('ServiceSessionCreatedEvent', { sessionId: 's-1' }),
      opened(6),
      news('ServiceSessionTransferedToAgentQueueEvent'),
      opened(1),
      news('ServiceSessionTransferedEvent', null, 's-1'),
      news('ServiceSessionClosedEvent', null, 's-1'),
    ]) {
      desk.push(request);
      seen.push(desk.serving());
    }
    expect(seen).toEqual(['nobody', 'queue', 'robot', 'queue', 'agent', 'agent', 'nobody']);
  });

  test('is known by who writes, without any event', () => {
    const desk = openLater();
    desk.push(says('我是机器人', robot));
    expect(desk.serving()).toBe('robot');
    desk.push(says('您好', agent));
    expect(desk.serving()).toBe('agent');
    desk.push(says('我又来了', robot));
    expect(desk.serving()).toBe('agent');
  });

  test('does not change by the end of an older session', () => {
    const desk = openLater();
    desk.push(opened(1, 's-2'));
    desk.push(news('ServiceSessionClosedEvent', null, 's-1'));
    expect(desk.serving()).toBe('agent');
    desk.push(news('ServiceSessionClosedEvent'));
    expect(desk.serving()).toBe('nobody');
  });

  test('does not change by words from before the end that come late', () => {
    const desk = openLater();
    desk.push(opened(1));
    const late = says('稍等', agent);
    desk.push(news('ServiceSessionClosedEvent', null, 's-1'));
    desk.push(late);
    expect(desk.serving()).toBe('nobody');
  });
});

describe('the helpdesk’s receipt', () => {
  const ack = (id: string) => helpdeskSays({ type: 'cmd', action: 'KF-ACK' }, { ack_for_msg_id: id });

  test('names the message that arrived, and is shown to nobody', () => {
    expect(eventsIn(adapter, ack(UUID))).toMatchObject([{ kind: 'receipt', key: KEY, visitor: NAME }]);
    expect(adapter.receiptWithinMs).toBe(30_000);
  });

  test('of a piece before the last one is only noted', async () => {
    const desk = openDesk();
    await desk.say('好'.repeat(900));
    const [first, last] = messagesOf(desk).map(({ ext }) => ext.weichat.msg_id_for_ack);
    expect(last).toBe(UUID);
    expect(eventsIn(adapter, ack(first))).toMatchObject([{ kind: 'noted' }]);
  });

  test('is none where nothing is named', () => {
    const request = helpdeskSays({ type: 'cmd', action: 'KF-ACK' }, {});
    expect(eventsIn(adapter, request)).toMatchObject([{ kind: 'noted' }]);
  });

  test('comes over IM only', () => {
    expect(openDesk(rest).adapter.receiptWithinMs).toBeUndefined();
    expect(openDesk({ ...im, ackTimeoutMs: 5000 }).adapter.receiptWithinMs).toBe(5000);
  });
});

describe('a message that is taken back', () => {
  test('by the helpdesk is named by the id of the reply', () => {
    const request = helpdeskSays({ type: 'cmd', action: 'KEFU_MESSAGE_RECALL' }, { recall_msg_id: 'kf-1' });
    expect(eventsIn(adapter, request)).toMatchObject([{ kind: 'recalled', vendorId: 'kf-1', visitor: NAME }]);
  });

  test('by the helpdesk counts, whatever ids the command itself has', () => {
    const desk = openDesk();
    desk.push(helpdeskSays(text('错了'), { agent, msgId: 'kf-1' }));
    const command = { type: 'cmd', action: 'KEFU_MESSAGE_RECALL' };
    desk.push(helpdeskSays(command, { msgId: 'kf-1', recall_msg_id: 'kf-1' }));
    expect(desk.events.at(-1)).toMatchObject({ kind: 'recalled', vendorId: 'kf-1' });
  });

  test('by the IM cloud is found by what is remembered of it', async () => {
    const desk = openDesk();
    const request = imCallback({
      msg_id: '77',
      payload: { bodies: [text('您好')], ext: { weichat: { agent, msgId: 'kf-77' } } },
    });
    desk.push(request);
    const [event] = eventsIn(adapter, imCallback({ chat_type: 'recall', recall_id: '77' }));
    expect(event).toMatchObject({ kind: 'noted', react: {}, visitor: NAME });
    const delivery = await adapter.react?.(event!, attemptOf(desk.memory));
    expect(delivery).toMatchObject({
      outcome: 'accepted',
      events: [{ kind: 'recalled', vendorId: 'kf-77' }],
    });
  });

  test('by the IM cloud may be named in the payload, and unknown', async () => {
    const [event] = eventsIn(adapter, imCallback({ chat_type: 'recall', payload: { ack_message_id: '78' } }));
    const delivery = await adapter.react?.(event!, attemptOf(undefined));
    expect(delivery).toMatchObject({ events: [{ kind: 'recalled', vendorId: '78' }] });
  });
});

describe('a rating', () => {
  test('is asked for with the invitation’s own words and degrees', () => {
    const ctrlArgs = {
      inviteId: 4711,
      serviceSessionId: 's-1',
      evaluationDegree: [
        { id: 101, level: 5, name: '好', score: 5 },
        { id: 105, level: 1, name: '差', score: 1 },
      ],
    };
    const request = helpdeskSays(text('请评价'), { agent, ctrlType: 'inviteEnquiry', ctrlArgs });
    expect(eventsIn(adapter, request)).toMatchObject([
      {
        kind: 'ratingAsked',
        session: 's-1',
        title: '请评价',
        options: [
          { id: '4711:101:5:5', label: '好' },
          { id: '4711:105:1:1', label: '差' },
        ],
        expiresMs: 28_800_000,
      },
    ]);
  });

  test('is asked for in the words that were written, not as they came', () => {
    const ask = (msg: string, from: object) =>
      eventsIn(adapter, helpdeskSays(text(msg), { agent: from, ctrlType: 'inviteEnquiry', ctrlArgs: {} }));
    expect(ask('请评价&amp;lt;小李&amp;gt; [(F)]', agent)).toMatchObject([{ title: '请评价<小李> 🌹' }]);
    expect(ask('&lt;p&gt;请评价&lt;/p&gt;', robot)).toMatchObject([{ title: '请评价' }]);
    expect(ask(' ', agent)[0]).not.toHaveProperty('title');
  });

  test('is handed in as a digit where the setting or the channel has it', async () => {
    for (const settings of [{ ...im, ratingMode: 'digit' }, rest]) {
      const desk = openDesk(settings);
      await desk.run(attemptOf(undefined), (attempt) =>
        desk.adapter.rate!({ session: 's-1', option: { id: '1:2:5:100', label: '好' } }, attempt),
      );
      const [message] = messagesOf(desk).slice(-1);
      expect(message.body?.msg ?? message.bodies[0].msg).toBe('1');
    }
  });

  test('of another list is refused', async () => {
    const delivery = await adapter.rate?.(
      { session: 's', option: { id: 'x', label: '' } },
      attemptOf(undefined),
    );
    expect(delivery).toEqual({ outcome: 'refused', code: 'no grade' });
  });
});

describe('a robot', () => {
  test('offers a menu, whose answer carries the item', async () => {
    const choice = { title: '请选择', items: [{ id: 'i-1', name: '退货' }] };
    const desk = openDesk();
    const [event] = eventsIn(
      desk.adapter,
      helpdeskSays(text('请选择'), { agent: robot }, { msgtype: { choice } }),
    );
    expect(event).toMatchObject({
      kind: 'menuAsked',
      text: '请选择',
      options: [{ label: '退货' }],
      expiresMs: 600_000,
    });
    const option = event?.kind === 'menuAsked' ? event.options[0]! : { id: '', label: '' };
    await desk.forward([{ kind: 'choice', of: 'menu', option }]);
    expect(messagesOf(desk)[0]).toMatchObject({
      body: { msg: '退货' },
      ext: { msgtype: { choice: { menuid: 'i-1' } } },
    });
  });

  test('adds further questions to an answer', () => {
    const relatedRules = { ruleId: 'r', answerId: 'a', relatedRuleIds: ['x'], questions: ['怎么退货'] };
    expect(eventsIn(adapter, helpdeskSays(text('可以'), { agent: robot }, { relatedRules }))).toMatchObject([
      { kind: 'message', parts: [{ kind: 'text', text: '可以' }] },
      { kind: 'menuAsked', text: '您可能还想问：', options: [{ label: '怎么退货' }] },
    ]);
  });

  test('offers an agent, and the request for one carries what it named', async () => {
    const desk = openDesk();
    const weichat = {
      agent: robot,
      ctrlType: 'TransferToKfHint',
      ctrlArgs: { id: 'h-1', serviceSessionId: 's-1', label: '转人工' },
      transferToHumanButtonInfo: { transferToHumanId: 'TransferToKf-2' },
    };
    desk.push(helpdeskSays(text('抱歉'), weichat));
    expect(desk.events).toMatchObject([
      { kind: 'message', parts: [{ kind: 'text', text: '抱歉\n回复「转人工」可联系人工客服' }] },
      { kind: 'noted' },
    ]);
    await desk.run(attemptOf(desk.memory), (attempt) => desk.adapter.askForAgent!(attempt));
    expect(messagesOf(desk)[0]).toMatchObject({
      type: 'cmd',
      body: { action: 'TransferToKf-2' },
      ext: { weichat: { msg_id_for_ack: UUID, ctrlArgs: { id: 'h-1', serviceSessionId: 's-1' } } },
    });
  });

  test('invites to leave a ticket without words of its own: nothing is shown', () => {
    const weichat = { agent: robot, ctrlType: 'TransferToTickets' };
    expect(eventsIn(adapter, helpdeskSays(text('NoTransferToTicketsTitle'), weichat))).toMatchObject([
      { kind: 'noted' },
    ]);
    expect(eventsIn(adapter, helpdeskSays(text('请留言'), weichat))).toMatchObject([{ kind: 'message' }]);
  });
});

describe('an agent is asked for', () => {
  const ask = async (settings: object, serving?: 'robot') => {
    const desk = openDesk({ ...im, ...settings });
    if (serving) desk.push(helpdeskSays(text('您好'), { agent: robot }));
    const deliveries = await desk.run(attemptOf(desk.memory), (attempt) =>
      desk.adapter.askForAgent!(attempt),
    );
    expect(deliveries.at(-1)?.outcome).toBe('accepted');
    return messagesOf(desk).map(({ body }) => body.action ?? body.msg);
  };

  test.each([
    [{}, undefined, ['转人工']],
    [{}, 'robot', ['TransferToKf']],
    [{ handover: 'cmd' }, undefined, ['TransferToKf']],
    [{ handover: 'text', handoverText: '人工' }, 'robot', ['人工']],
    [{ handover: 'both' }, undefined, ['TransferToKf', '转人工']],
  ] as const)('as the setting %j and who serves (%s) want it', async (settings, serving, sent) => {
    expect(await ask(settings, serving)).toEqual(sent);
  });

  test('by the REST channel in words', async () => {
    const desk = openDesk(rest);
    await desk.run(attemptOf(undefined), (attempt) => desk.adapter.askForAgent!(attempt));
    expect(messagesOf(desk)[0].bodies).toEqual([{ type: 'txt', msg: '转人工' }]);
  });
});
