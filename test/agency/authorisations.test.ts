import { describe, expect, test } from 'vitest';
import { NOW, openAgency, SHOP } from './open-agency.ts';

async function openWithTicket(settings: object = {}) {
  const agency = await openAgency(settings);
  await agency.tellTicket();
  return agency;
}

describe('the code of an authorisation', () => {
  test('is exchanged after the event is written down, and the refresh token kept', async () => {
    const agency = await openWithTicket();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'stopped', code: 'not authorised' });
    expect(await agency.authorise()).toMatchObject({ kind: 'authorised', authorizer: SHOP });
    const [row] = await agency.authorizers();
    expect(row).toMatchObject({ appid: SHOP, problem: null, code: null, code_due: null, authorised_at: NOW });
    expect(row?.refresh_token).toMatch(/^refreshtoken@@@/);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('waits for WeChat, in the store: a restart forgets none', async () => {
    const agency = await openWithTicket();
    await agency.platform.switchOff();
    await agency.authorise();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'stopped', code: 'code' });
    await agency.restart();
    await agency.platform.switchOn();
    await agency.clock.advance(60_000);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('waits for a ticket where there is none yet', async () => {
    const agency = await openAgency();
    await agency.authorise();
    await agency.clock.advance(60_000);
    await agency.tellTicket();
    await agency.clock.advance(30_000);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('that an answer which got lost has used up is no harm: WeChat lists the refresh token', async () => {
    const agency = await openWithTicket();
    agency.platform.fail({ path: '/cgi-bin/component/api_query_auth', lose: true });
    await agency.authorise();
    await agency.clock.advance(1000);
    expect(agency.countOf('api_query_auth')).toBe(2);
    expect(agency.alarms()).toEqual([]);
    expect(await agency.authorizers()).toMatchObject([{ problem: null, code: null }]);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('that is used up is given up where WeChat does not list the account either, and a person is told', async () => {
    const agency = await openWithTicket();
    agency.platform.fail({ path: '/cgi-bin/component/api_query_auth', lose: true });
    await agency.authorise();
    agency.platform.authorisations.withdraw(SHOP);
    await agency.clock.advance(1000);
    expect(agency.alarms()).toEqual([expect.stringContaining('"tenant":"shop"')]);
    expect(await agency.authorizers()).toMatchObject([{ problem: 'code', code: null, refresh_token: null }]);
    await agency.clock.advance(3_600_000);
    expect(agency.countOf('api_query_auth')).toBe(2);
  });

  test('is given up at its end', async () => {
    const agency = await openWithTicket();
    await agency.platform.switchOff('unavailable');
    await agency.authorise();
    await agency.clock.advance(599_000);
    expect(agency.alarms()).toEqual([]);
    await agency.clock.advance(31_000);
    expect(agency.alarms()).toHaveLength(1);
  });

  test('that fails leaves an earlier authorisation as it is', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    const [before] = await agency.authorizers();
    await agency.clock.advance(1000);
    await agency.authorise({ InfoType: 'updateauthorized', AuthorizationCode: 'queryauthcode@@@wrong' });
    expect(await agency.authorizers()).toMatchObject([
      { refresh_token: before?.refresh_token, problem: null },
    ]);
    expect(agency.alarms()).toHaveLength(1);
  });

  test('of another account than the event names is not taken', async () => {
    const agency = await openWithTicket();
    await agency.authorise({ AuthorizerAppid: 'wxffffffffffffffff' });
    expect(await agency.authorizers()).toMatchObject([{ appid: 'wxffffffffffffffff', refresh_token: null }]);
    expect(agency.lines).toContainEqual(expect.stringMatching(/^component\.stranger /));
  });

  test('that is overtaken by a withdrawal while it is exchanged is worth nothing', async () => {
    const agency = await openWithTicket();
    agency.meanwhile.after = 'api_query_auth';
    agency.meanwhile.run = async () => {
      await agency.tellMeanwhile({ InfoType: 'unauthorized', AuthorizerAppid: SHOP });
    };
    await agency.authorise();
    expect(await agency.authorizers()).toMatchObject([{ refresh_token: null, problem: 'withdrawn' }]);
    expect(agency.lines.filter((line) => line.startsWith('authorizer.authorised'))).toEqual([]);
  });
});

describe('an access token of an account', () => {
  test('is paid with a refresh token, and the next one is kept first', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    const [before] = await agency.authorizers();
    await agency.tokens.get();
    const [after] = await agency.authorizers();
    expect(after?.refresh_token).toMatch(/^refreshtoken@@@/);
    expect(after?.refresh_token).not.toBe(before?.refresh_token);
    agency.platform.authorisations.revoke(SHOP);
    agency.failing.statement = 'authorizer.replaceRefreshToken';
    const read = await agency.tokens.get();
    const replaced = read.kind === 'token' ? agency.tokens.replace(read.token) : undefined;
    await expect(replaced).rejects.toMatchObject({ code: 'storeUnavailable' });
  });

  test('goes on with the refresh token that WeChat lists where the store did not take the next one', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    agency.failing.statement = 'authorizer.replaceRefreshToken';
    await expect(agency.tokens.get()).rejects.toMatchObject({ code: 'storeUnavailable' });
    agency.failing.statement = '';
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
    expect(agency.calls().slice(-3)).toEqual([
      'api_authorizer_token',
      'api_get_authorizer_list',
      'api_authorizer_token',
    ]);
  });

  test('goes on with it where the answer that brought the next one got lost', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    agency.platform.fail({ path: '/cgi-bin/component/api_authorizer_token', lose: true });
    expect(await agency.tokens.get()).toMatchObject({ kind: 'lost' });
    agency.platform.fail({ path: '/cgi-bin/component/api_get_authorizer_list', errcode: -1 });
    expect(await agency.tokens.get()).toMatchObject({ kind: 'said', errcode: -1 });
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
    expect(await agency.authorizers()).toMatchObject([{ problem: null }]);
    expect(agency.lines.filter((line) => line.includes('@@@'))).toEqual([]);
  });

  test.each([501, 1001])('finds the refresh token of account number %i', async (count) => {
    const agency = await openWithTicket();
    const { authorisations } = agency.platform;
    for (let number = 1; number < count; number += 1) {
      const { code } = authorisations.authorise(`wx${String(number).padStart(16, '0')}`);
      authorisations.queryAuth({
        component_appid: agency.platform.component.appid,
        authorization_code: code,
      });
    }
    await agency.authorise();
    agency.platform.fail({ path: '/cgi-bin/component/api_authorizer_token', lose: true });
    await agency.tokens.get();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
    expect(agency.countOf('api_get_authorizer_list')).toBe(Math.ceil(count / 500));
  });

  test('cannot be had where WeChat refuses to list: the account has to authorise again', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    agency.platform.fail({ path: '/cgi-bin/component/api_authorizer_token', lose: true });
    await agency.tokens.get();
    agency.platform.fail({ path: '/cgi-bin/component/api_get_authorizer_list', errcode: 48001 });
    expect(await agency.tokens.get()).toMatchObject({ kind: 'stopped', code: '42007' });
  });

  test('is loaded once by ten that ask at a time, and renewed before its end', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    const readings = await Promise.all(Array.from({ length: 10 }, () => agency.tokens.get()));
    expect(agency.countOf('api_authorizer_token')).toBe(1);
    await agency.clock.advance(6_899_999);
    expect(await agency.tokens.get()).toEqual(readings[0]);
    await agency.clock.advance(1);
    expect(await agency.tokens.get()).not.toEqual(readings[0]);
    expect(agency.countOf('api_authorizer_token')).toBe(2);
  });

  test('that WeChat refused is replaced', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    const first = await agency.tokens.get();
    const second = await agency.tokens.replace(first.kind === 'token' ? first.token : '');
    expect(second).toMatchObject({ kind: 'token' });
    expect(second).not.toEqual(first);
    await agency.tokens.force(second.kind === 'token' ? second.token : '');
    expect(await agency.tokens.get()).not.toEqual(second);
  });

  test('cannot be had once WeChat takes the refresh token no more: nothing is called until a new authorisation', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    agency.platform.authorisations.revoke(SHOP, { refresh: true });
    const dead = {
      kind: 'stopped',
      code: '42007',
      alarm: expect.stringContaining('authorise the component again'),
    };
    expect(await agency.tokens.get()).toMatchObject(dead);
    const calls = agency.countOf('api_authorizer_token');
    await agency.restart();
    expect(await agency.tokens.get()).toMatchObject(dead);
    expect(agency.countOf('api_authorizer_token')).toBe(calls);
    await agency.clock.advance(1000);
    await agency.authorise();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('comes from the new authorisation where the account authorises while its token is under way', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    await agency.clock.advance(1000);
    agency.meanwhile.after = 'api_authorizer_token';
    agency.meanwhile.run = async () => {
      void agency.authorise();
      const exchanged = () => agency.lines.filter((line) => line.startsWith('authorizer.authorised'));
      while (exchanged().length < 2) await new Promise((resolve) => setImmediate(resolve));
    };
    const reading = await agency.tokens.get();
    await agency.clock.settle();
    const token = reading.kind === 'token' ? reading.token : '';
    expect(agency.platform.authorisations.checkAccountToken(SHOP, token)).toBe(0);
  });

  test.each([61003, 61007, 61011])(
    'cannot be had where WeChat says %i, and the account stays',
    async (errcode) => {
      const agency = await openWithTicket();
      await agency.authorise();
      agency.platform.fail({ path: '/cgi-bin/component/api_authorizer_token', errcode });
      expect(await agency.tokens.get()).toMatchObject({ kind: 'said', errcode });
      expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
    },
  );
});

describe('a withdrawal', () => {
  test('ends what is cached too, and raises an alarm with the tenant’s name', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    await agency.tokens.get();
    await agency.clock.advance(1000);
    await agency.tell({ InfoType: 'unauthorized', AuthorizerAppid: SHOP });
    expect(await agency.tokens.get()).toMatchObject({
      kind: 'stopped',
      code: 'withdrawn',
      untilMs: NOW + 61_000,
    });
    expect(agency.alarms()).toEqual([expect.stringContaining('"tenant":"shop"')]);
  });

  test('that comes after the authorisation which followed it changes nothing', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    await agency.tell({ InfoType: 'unauthorized', AuthorizerAppid: SHOP, CreateTime: NOW / 1000 - 5 });
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
    expect(agency.alarms()).toEqual([]);
  });
});

describe('an event', () => {
  test('that comes twice counts once', async () => {
    const agency = await openWithTicket();
    const { code } = agency.platform.authorisations.authorise(SHOP);
    const fields = {
      InfoType: 'authorized',
      AuthorizerAppid: SHOP,
      AuthorizationCode: code,
      CreateTime: NOW / 1000,
    };
    await agency.tell(fields);
    await agency.tell(fields);
    expect(agency.countOf('api_query_auth')).toBe(1);
    expect(agency.alarms()).toEqual([]);
  });

  test.each([
    [{ InfoType: 'notify_third_fasteregister' }, null],
    [{ InfoType: 'authorized' }, 'a field is missing'],
    [{ InfoType: 'authorized', AuthorizerAppid: 'wx";drop', AuthorizationCode: 'x' }, 'a field is missing'],
    [{ InfoType: 'component_verify_ticket' }, 'a field is missing'],
    [{ Nothing: '1' }, 'a field is missing'],
  ])('that the bridge has no use for is kept as it came (%j)', async (fields, problem) => {
    const agency = await openWithTicket();
    await agency.tell(fields);
    expect(await agency.raws()).toMatchObject([{ tenant: '', source: 'component/agency', problem }]);
  });

  test('that it can read is not kept as it came: there are secrets in it', async () => {
    const agency = await openWithTicket();
    await agency.authorise();
    expect(await agency.raws()).toEqual([]);
    expect(agency.lines.filter((line) => line.includes('@@@'))).toEqual([]);
  });
});

describe('what an operator is told', () => {
  test('goes from nothing to an account that has authorised, and one that has withdrawn', async () => {
    const agency = await openAgency();
    const account = { appid: SHOP, tenant: 'shop' };
    expect(await agency.component.describe()).toEqual({
      component: 'agency',
      appid: agency.platform.component.appid,
      ticket: 'missing',
      accounts: [{ ...account, state: 'not authorised' }],
    });
    await agency.tellTicket();
    await agency.authorise();
    const authorisedAt = new Date(NOW).toISOString();
    expect(await agency.component.describe()).toMatchObject({
      ticket: 'good',
      ticketReceivedAt: authorisedAt,
      accounts: [{ ...account, state: 'authorised', authorisedAt }],
    });
    await agency.tell({ InfoType: 'unauthorized', AuthorizerAppid: SHOP });
    expect(await agency.component.describe()).toMatchObject({
      accounts: [
        { ...account, state: 'not authorised', problem: 'the merchant has withdrawn the authorisation' },
      ],
    });
    await agency.clock.advance(43_200_000);
    expect(await agency.component.describe()).toMatchObject({ ticket: 'too old' });
  });
});
