import { describe, expect, test } from 'vitest';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { noticeSteps } from '../../src/relay/plan-events.ts';
import { asked, at, ended, every, notices, planned, sceneOf, started, stepsOf } from './event-plans.ts';

const texts = {
  start: '{agent}来了',
  transfer: '转给{agent}',
  end: '结束',
  agentLeft: '离开',
  queue: '第{place}位',
  queueTimeout: '超时',
  offline: '留言',
  closed: '关门',
  rate: '评分\n{options}',
  menu: '{text}\n{options}',
};

describe('the visitor is told', () => {
  test.each<[VendorEvent, string]>([
    [started, '小王来了'],
    [{ ...started, transferredFrom: 'old' }, '转给小王'],
    [ended, '结束'],
    [{ ...ended, reason: 'silence' }, '结束'],
    [{ ...ended, reason: 'other', by: 'agent' }, '结束'],
    [{ ...ended, reason: 'agentLeft' }, '离开'],
    [every.queued, '第3位'],
    [{ ...at, kind: 'queueLeft', reason: 'timeout' }, '超时'],
    [every.nobodyOnline, '留言'],
    [{ ...at, kind: 'nobodyOnline', keeps: false }, '关门'],
    [asked.menu, '请选择\n1. 售前\n2. 售后'],
    [asked.rating, '评分\n1. 好\n2. 差'],
  ])('of $kind by a text of its own (%#)', (event, text) => {
    const plan = planned([event], { notices: texts });
    expect(notices(plan)).toEqual([text]);
    expect(plan.wakesReply).toBe(true);
    // An empty text is silence; all else stays.
    const silent = planned([event], {
      notices: Object.fromEntries(Object.keys(texts).map((name) => [name, ''])),
    });
    expect(notices(silent)).toEqual([]);
    expect(silent.wakesReply).toBe(false);
    expect(silent.wakesHelpdesk).toBe(plan.wakesHelpdesk);
    expect(stepsOf(silent, 'message.add').length).toBe(stepsOf(plan, 'message.add').length - 1);
  });

  test.each<VendorEvent>([
    { ...started, by: 'robot' },
    { ...ended, reason: 'handedOn' },
    { ...ended, reason: 'transferred' },
    { ...ended, by: 'robot' },
    { ...at, kind: 'queueLeft', reason: 'served' },
    { ...at, kind: 'queueLeft', reason: 'visitor' },
    { ...asked.rating, options: [] },
    every.recalled,
    every.receipt,
    every.typing,
    every.noted,
    every.unsupported,
  ])('nothing of what does not concern him (%#)', (event) => {
    expect(notices(planned([event], { notices: texts }))).toEqual([]);
  });

  test('by the vendor’s words where nobody configured any, and by ours before both', () => {
    const queued = { ...at, kind: 'queued', ahead: 1, text: '前面{ahead}人' } as const;
    expect(notices(planned([queued]))).toEqual(['前面1人']);
    expect(notices(planned([queued], { notices: texts }))).toEqual(['第2位']);
    const nobody = { ...at, kind: 'nobodyOnline', keeps: true, text: '打烊了' } as const;
    expect(notices(planned([nobody]))).toEqual(['打烊了']);
    expect(notices(planned([{ ...asked.rating, title: '请打分' }]))).toEqual(['请打分\n1. 好\n2. 差']);
    expect(notices(planned([{ ...asked.rating, title: '请打分' }], { notices: texts }))).toEqual([
      '评分\n1. 好\n2. 差',
    ]);
  });

  test('of what there is to choose from by a menu, where the text has a place for the list', () => {
    const partsOf = (rate: string) =>
      stepsOf(planned([asked.rating], { notices: { rate } }), 'message.add')
        .filter(({ lane }) => lane === 'reply')
        .map(({ parts }) => JSON.parse(String(parts))[0]);
    const { options } = asked.rating;
    expect(partsOf('评分\n{options}\n谢谢')).toEqual([{ kind: 'menu', text: '评分', options, tail: '谢谢' }]);
    expect(partsOf('评分\n{options}')).toEqual([{ kind: 'menu', text: '评分', options }]);
    expect(partsOf('请给我们评分')).toEqual([{ kind: 'text', text: '请给我们评分' }]);
  });

  test('by the defaults where nobody says anything', () => {
    expect(notices(planned([ended, every.queued, started]))).toEqual([
      '本次服务已结束，感谢您的咨询。',
      '客服正忙，您当前排在第 3 位，请稍候。',
    ]);
    expect(notices(planned([{ ...at, kind: 'queued' }]))).toEqual(['客服正忙，请稍候。']);
  });

  test('by an automatic text of the bridge itself', () => {
    const [, notice] = stepsOf(planned([ended]), 'message.add');
    expect(notice).toMatchObject({
      automatic: 1,
      sender: '{"role":"system"}',
      state: 'queued',
      lane: 'reply',
    });
  });

  test('beside an outcome, in the same way', () => {
    const told = noticeSteps('undelivered', sceneOf(), {});
    expect(told.wakesReply).toBe(true);
    expect(told.steps.map(({ statement }) => statement.id)).toEqual(['conversation.advance', 'message.add']);
    expect(noticeSteps('undelivered', sceneOf({ notices: { undelivered: '' } }))).toEqual({
      steps: [],
      wakesReply: false,
    });
  });
});
