import { describe, expect, test } from 'vitest';
import { NOW, openAgency } from './open-agency.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a ticket', () => {
  test('is asked for at the first start, and again until one comes', async () => {
    const agency = await openAgency();
    expect(agency.calls()).toEqual(['api_start_push_ticket']);
    expect(JSON.parse(String(agency.platform.requests.all[0]?.body))).toEqual({
      component_appid: agency.platform.component.appid,
      component_secret: agency.platform.component.secret,
    });
    await agency.clock.advance(10 * MINUTE - 1);
    expect(agency.countOf('api_start_push_ticket')).toBe(1);
    await agency.clock.advance(1);
    expect(agency.countOf('api_start_push_ticket')).toBe(2);
    await agency.tellTicket();
    await agency.clock.advance(11 * HOUR);
    expect(agency.countOf('api_start_push_ticket')).toBe(2);
  });

  test('is not asked for after a restart while there is one', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    await agency.authorise();
    await agency.restart();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
    expect(agency.countOf('api_start_push_ticket')).toBe(1);
  });

  test('that is twelve hours old is not used, and another is asked for', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    await agency.authorise();
    await agency.clock.advance(12 * HOUR);
    expect(agency.countOf('api_start_push_ticket')).toBe(2);
    const used = agency.countOf('api_component_token');
    expect(await agency.tokens.get()).toMatchObject({ kind: 'stopped', code: 'no ticket' });
    expect(agency.countOf('api_component_token')).toBe(used);
    await agency.tellTicket();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('that WeChat refuses is dropped and another asked for at once; the next one does', async () => {
    const agency = await openAgency();
    await agency.tellTicket('ticket@@@of-nobody');
    await agency.authorise();
    expect(agency.calls()).toEqual(['api_start_push_ticket', 'api_component_token', 'api_start_push_ticket']);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'stopped', code: 'code' });
    await agency.tellTicket();
    await agency.clock.advance(MINUTE);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('that comes late does not take the place of a newer one', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    await agency.tell({
      InfoType: 'component_verify_ticket',
      ComponentVerifyTicket: 'ticket@@@of-yesterday',
      CreateTime: NOW / 1000 - 100,
    });
    await agency.authorise();
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('that cannot be asked for is asked for again each minute, with one alarm', async () => {
    const agency = await openAgency({ secret: 'wrong' });
    expect(agency.alarms()).toEqual([expect.stringContaining('code 40125: compare secret with the console')]);
    await agency.clock.advance(MINUTE);
    await agency.clock.advance(MINUTE);
    expect(agency.countOf('api_start_push_ticket')).toBe(3);
    expect(agency.alarms()).toHaveLength(1);
    agency.platform.fail({ path: '/cgi-bin/component/api_start_push_ticket', errcode: 61004 });
    await agency.clock.advance(MINUTE);
    expect(agency.alarms()).toHaveLength(2);
    expect(agency.alarms()[1]).toContain('IP whitelist of the third-party platform');
  });

  test('that WeChat is too busy to push is asked for again, without an alarm', async () => {
    const agency = await openAgency();
    await agency.clock.advance(9 * MINUTE);
    agency.platform.fail({ path: '/cgi-bin/component/api_start_push_ticket', errcode: -1 });
    await agency.clock.advance(MINUTE);
    await agency.clock.advance(MINUTE);
    expect(agency.countOf('api_start_push_ticket')).toBe(3);
    expect(agency.alarms()).toEqual([]);
  });

  test('is asked for once the store takes things again', async () => {
    const agency = await openAgency();
    agency.failing.statement = 'component.putOffAsking';
    await agency.clock.advance(10 * MINUTE);
    expect(agency.lines.filter((line) => line.startsWith('errands.failed'))).toHaveLength(1);
    agency.failing.statement = '';
    await agency.clock.advance(1000);
    expect(agency.countOf('api_start_push_ticket')).toBe(2);
  });
});

describe('the access token of a component', () => {
  test('is loaded once by ten that ask at a time, and renewed ten minutes before its end', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    await Promise.all(Array.from({ length: 10 }, () => agency.component.makeLinks('https://a.example')));
    expect(agency.platform.issued).toMatchObject({ componentTokens: 1, preAuthCodes: 10 });
    await agency.clock.advance(110 * MINUTE - 1);
    await agency.component.makeLinks('https://a.example');
    expect(agency.platform.issued.componentTokens).toBe(1);
    await agency.clock.advance(1);
    await agency.component.makeLinks('https://a.example');
    expect(agency.platform.issued.componentTokens).toBe(2);
  });

  test.each([40001, 40014, 42001, 40094, 42006])(
    'that WeChat refuses (%i) is replaced and the call repeated once',
    async (errcode) => {
      const agency = await openAgency();
      await agency.tellTicket();
      await agency.component.makeLinks('https://a.example');
      agency.platform.fail({ path: '/cgi-bin/component/api_create_preauthcode', errcode });
      expect(await agency.component.makeLinks('https://a.example')).toMatchObject({ kind: 'ok' });
      expect(agency.platform.issued.componentTokens).toBe(2);
      agency.platform.fail({ path: '/cgi-bin/component/api_create_preauthcode', errcode, times: 2 });
      expect(await agency.component.makeLinks('https://a.example')).toMatchObject({ kind: 'said', errcode });
    },
  );

  test('goes by the name that the platform’s pages have for it', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    await agency.component.makeLinks('https://a.example');
    expect(agency.platform.requests.all.at(-1)?.query).toMatch(/^component_access_token=[^&]+$/);
  });

  test('cannot be had with a wrong secret, and the ticket stays', async () => {
    const agency = await openAgency();
    await agency.tellTicket();
    agency.platform.fail({ path: '/cgi-bin/component/api_component_token', errcode: 40125 });
    const links = await agency.component.makeLinks('https://a.example');
    expect(links).toMatchObject({ kind: 'noToken', because: { kind: 'said', errcode: 40125 } });
    expect(await agency.component.makeLinks('https://a.example')).toMatchObject({ kind: 'ok' });
  });
});
