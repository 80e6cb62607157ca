import { describe, expect, test } from 'vitest';
import { createPushReader } from '../../src/wechat/push.ts';
import { ACCOUNT, NOW, plainPush, safePush, settingsWith, VISITOR } from './account.ts';

const read = (body: string) => createPushReader(settingsWith({ mode: 'plain' }))(plainPush(body), NOW);

const row = (template: string, status: string) =>
  `{"TemplateId":"${template}","SubscribeStatusString":"${status}","PopupScene":"0"}`;

/** As WeChat writes it: `CreateTime` is a text here. */
const json = (event: string, list: string) =>
  `{"ToUserName":"${ACCOUNT}","FromUserName":"${VISITOR}","CreateTime":"1700000000","MsgType":"event","Event":"${event}","List":${list}}`;

const xml = (event: string, wrapper: string, rows: string) =>
  `<xml><ToUserName><![CDATA[${ACCOUNT}]]></ToUserName><FromUserName><![CDATA[${VISITOR}]]></FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${event}]]></Event><${wrapper}>${rows}</${wrapper}></xml>`;

const xmlRow = (template: string, status: string) =>
  `<List><TemplateId><![CDATA[${template}]]></TemplateId><SubscribeStatusString><![CDATA[${status}]]></SubscribeStatusString><PopupScene>2</PopupScene></List>`;

const itemsOf = (body: string) => {
  const reading = read(body);
  return reading.kind === 'platform' ? reading.knocks?.items : reading.kind;
};

describe('the answer to the question for subscription messages', () => {
  test('in JSON has its rows as a list, or as an object where there is one', () => {
    const one = json('subscribe_msg_popup_event', row('template-1', 'accept'));
    const two = json(
      'subscribe_msg_popup_event',
      `[${row('template-1', 'accept')},${row('template-2', 'reject')},${row('template-1', 'accept')}]`,
    );
    const allowed = { kind: 'allowed', template: 'template-1' };
    expect(itemsOf(one)).toEqual([allowed]);
    expect(itemsOf(two)).toEqual([allowed, allowed]);
  });

  test('in XML has its rows below an element of its own', () => {
    const rows = `${xmlRow('template-1', 'accept')}${xmlRow('template-2', 'accept')}`;
    expect(itemsOf(xml('subscribe_msg_popup_event', 'SubscribeMsgPopupEvent', rows))).toEqual([
      { kind: 'allowed', template: 'template-1' },
      { kind: 'allowed', template: 'template-2' },
    ]);
    const one = xml('subscribe_msg_popup_event', 'SubscribeMsgPopupEvent', xmlRow('template-1', 'accept'));
    expect(itemsOf(one)).toEqual([{ kind: 'allowed', template: 'template-1' }]);
  });

  test('concerns a visitor, but is no act of his: it grants no sends and opens nothing', () => {
    const reading = read(json('subscribe_msg_popup_event', row('template-1', 'accept')));
    expect(reading).toMatchObject({
      kind: 'platform',
      writtenAt: NOW,
      event: { name: 'subscribe_msg_popup_event' },
      knocks: { visitor: VISITOR },
    });
    expect(reading).not.toHaveProperty('grant');
    expect(reading).not.toHaveProperty('opens');
  });

  test('has one key however WeChat encrypts its repeat, and another for another answer', () => {
    const readSafe = createPushReader(settingsWith());
    const keyOf = (list: string, nonce: string) => {
      const reading = readSafe(safePush(json('subscribe_msg_popup_event', list), { nonce }), NOW);
      return 'key' in reading ? reading.key : reading.kind;
    };
    const accept = row('template-1', 'accept');
    expect(keyOf(accept, '1')).toBe(keyOf(accept, '2'));
    expect(keyOf(accept, '1')).not.toBe(keyOf(`[${accept},${accept}]`, '1'));
  });

  test.each(['"x"', '[]', '[1,"x"]', '{}', '[[]]', '{"TemplateId":{}}', '{"TemplateId":"no id!"}'])(
    'that holds %s says nothing',
    (list) => {
      expect(read(json('subscribe_msg_popup_event', list))).not.toHaveProperty('knocks');
    },
  );
});

describe('word that a template was switched off', () => {
  test('forbids it, in both formats', () => {
    const forbidden = [{ kind: 'forbidden', template: 'template-1' }];
    expect(itemsOf(json('subscribe_msg_change_event', row('template-1', 'reject')))).toEqual(forbidden);
    const asXml = xml(
      'subscribe_msg_change_event',
      'SubscribeMsgChangeEvent',
      xmlRow('template-1', 'reject'),
    );
    expect(itemsOf(asXml)).toEqual(forbidden);
  });
});

describe('word of a subscription message that was sent', () => {
  const result = (code: string) =>
    `{"TemplateId":"template-1","MsgID":"1864323726461255680","ErrorCode":"${code}","ErrorStatus":"x"}`;

  test('says that it arrived', () => {
    expect(itemsOf(json('subscribe_msg_sent_event', result('0')))).toEqual([
      { kind: 'delivered', template: 'template-1' },
    ]);
  });

  test('says that it did not, and raises an alarm without a word of the platform', () => {
    expect(read(json('subscribe_msg_sent_event', result('1003')))).toMatchObject({
      knocks: { items: [{ kind: 'undelivered', template: 'template-1', code: '1003' }] },
      alarm: 'WeChat could not deliver a subscription message (1003)',
    });
  });
});
