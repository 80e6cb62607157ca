import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../sandbox/vendors/wechat/body.ts';
import { type EventForgery, prepareEvent } from '../../sandbox/vendors/wechat/component-push.ts';
import { createComponentEventReader } from '../../src/wechat/component-event.ts';
import { componentSettings } from '../../src/wechat/component-settings.ts';
import { APPID, KEY, NOW, OTHER_KEY } from './account.ts';

const keys = { appid: 'wx0f1e2d3c4b5a6978', token: 'agencyToken01', encodingAESKey: KEY };
const settings = { ...keys, secret: 'component-secret' };
const read = createComponentEventReader(componentSettings.parse(settings));

const ticket = {
  CreateTime: 1_700_000_000,
  InfoType: 'component_verify_ticket',
  ComponentVerifyTicket: 'ticket@@@one',
};

function requestOf(fields: { readonly [name: string]: Field }, forgery: EventForgery = {}) {
  const made = prepareEvent(keys, { url: 'http://b/component/agency/events', now: NOW }, { fields, forgery });
  return {
    method: made.method,
    path: '/',
    query: new URL(made.url).searchParams,
    headers: {},
    body: made.body,
  };
}

describe('an authorisation event', () => {
  test('brings a ticket', () => {
    expect(read(requestOf(ticket), NOW)).toEqual({
      kind: 'ticket',
      key: expect.stringMatching(/^component_verify_ticket:1700000000000:/),
      at: NOW,
      ticket: 'ticket@@@one',
    });
  });

  test.each(['authorized', 'updateauthorized'])('brings the code of an authorisation (%s)', (InfoType) => {
    const fields = {
      InfoType,
      CreateTime: 1_700_000_000,
      AuthorizerAppid: APPID,
      AuthorizationCode: 'code@@@1',
    };
    const head = { kind: 'authorised', authorizer: APPID, code: 'code@@@1', at: NOW };
    const end = { AuthorizationCodeExpiredTime: '1700000599', PreAuthCode: 'pre' };
    expect(read(requestOf({ ...fields, ...end }), NOW)).toMatchObject({ ...head, codeEndsAt: NOW + 599_000 });
    expect(read(requestOf(fields), NOW)).toMatchObject({ ...head, codeEndsAt: NOW + 600_000 });
  });

  test('brings a withdrawal', () => {
    const fields = { InfoType: 'unauthorized', CreateTime: 1_700_000_000, AuthorizerAppid: APPID };
    expect(read(requestOf(fields), NOW)).toMatchObject({ kind: 'unauthorised', authorizer: APPID });
  });

  test('of a kind nobody knows keeps its name, as far as it can stand in a log', () => {
    const fields = { InfoType: `new"\n${'x'.repeat(100)}`, CreateTime: 1_700_000_000 };
    const reading = read(requestOf(fields), NOW);
    expect(reading).toMatchObject({ kind: 'other', name: expect.stringMatching(/^newx{58,60}$/) });
  });

  test('is named alike each time, and no other is named so', () => {
    const key = (fields: object) => Reflect.get(read(requestOf({ ...ticket, ...fields }), NOW), 'key');
    expect(key({})).toBe(key({}));
    expect(key({})).not.toBe(key({ ComponentVerifyTicket: 'ticket@@@two' }));
  });

  test('is proved by earlier Tokens and keys too, while the console is being changed', () => {
    const changed = createComponentEventReader(
      componentSettings.parse({
        ...settings,
        token: 'agencyToken02',
        previousTokens: [keys.token],
        encodingAESKey: OTHER_KEY,
        previousEncodingAESKeys: [KEY],
      }),
    );
    expect(changed(requestOf(ticket), NOW)).toMatchObject({ kind: 'ticket' });
  });

  test('that is proved but no XML is unreadable', () => {
    const written = requestOf({ 'no name': 'x' });
    expect(read(written, NOW)).toMatchObject({ kind: 'unreadable', reason: 'XML is not well formed' });
  });
});

describe('what is not proved is refused', () => {
  test.each<[string, string, EventForgery]>([
    ['a wrong Token', 'msg_signature', { keys: { token: 'guessed' } }],
    ['a wrong key', 'padding', { keys: { encodingAESKey: OTHER_KEY } }],
    ['the AppID of an account behind it', 'receiver', { keys: { appid: APPID } }],
    ['a time long past', 'timestamp', { timestamp: NOW / 1000 - 301 }],
    ['a time to come', 'timestamp', { timestamp: NOW / 1000 + 301 }],
    ['no msg_signature', 'msg_signature', { query: { msg_signature: null } }],
    [
      'a body that is not encrypted',
      'encrypted body',
      { body: '<xml><InfoType>unauthorized</InfoType></xml>' },
    ],
    ['a document type', 'document type', { body: '<!DOCTYPE x><xml><Encrypt>x</Encrypt></xml>' }],
    ['another method', 'method', { method: 'GET' }],
  ])('%s', (_, step, forgery) => {
    expect(read(requestOf(ticket, forgery), NOW)).toEqual({ kind: 'refused', status: 403, step });
  });

  test('a parameter that comes twice', () => {
    const request = requestOf(ticket);
    request.query.append('nonce', '1');
    expect(read(request, NOW)).toMatchObject({ kind: 'refused', step: 'query' });
  });

  test('an event about another component', () => {
    const request = requestOf({ ...ticket, AppId: 'wxffffffffffffffff' });
    expect(read(request, NOW)).toMatchObject({ kind: 'refused', step: 'appid' });
  });

  test('any byte of the ciphertext changed', () => {
    const request = requestOf(ticket);
    const text = request.body.toString();
    const start = text.indexOf('<Encrypt><![CDATA[') + '<Encrypt><![CDATA['.length;
    const end = text.indexOf(']]></Encrypt>');
    fc.assert(
      fc.property(fc.integer({ min: start, max: end - 1 }), fc.constantFrom('A', 'b', '+'), (at, sign) => {
        fc.pre(text[at] !== sign);
        const body = Buffer.from(text.slice(0, at) + sign + text.slice(at + 1));
        expect(read({ ...request, body }, NOW)).toMatchObject({ kind: 'refused' });
      }),
    );
  });
});
