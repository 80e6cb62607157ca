import { describe, expect, test } from 'vitest';
import { openAgency, SHOP } from './open-agency.ts';

async function openTwo() {
  const agency = await openAgency();
  const other = await agency.openAnother();
  await agency.tellTicket();
  return { agency, other };
}

describe('two bridges with one third-party platform', () => {
  test('pay for a token of an account once, and once more where it was refused', async () => {
    const { agency, other } = await openTwo();
    await agency.authorise();
    const sources = Array.from({ length: 20 }, (_, index) => [agency, other][index % 2]?.tokens);
    const first = await Promise.all(sources.map((tokens) => tokens?.get()));
    expect(agency.countOf('api_authorizer_token')).toBe(1);
    expect(agency.countOf('api_component_token')).toBe(1);
    expect(new Set(first.map((reading) => JSON.stringify(reading))).size).toBe(1);
    const [given] = first;
    if (given?.kind !== 'token') throw new Error('expected a token');
    const second = await Promise.all(sources.map((tokens) => tokens?.replace(given.token)));
    expect(agency.countOf('api_authorizer_token')).toBe(2);
    expect(new Set(second.map((reading) => JSON.stringify(reading))).size).toBe(1);
    expect(second[0]).not.toEqual(given);
  });

  test('exchange the code of an authorisation once', async () => {
    const { agency, other } = await openTwo();
    await agency.authorise();
    await agency.clock.advance(300_000);
    expect(agency.countOf('api_query_auth')).toBe(1);
    expect(await other.tokens.get()).toMatchObject({ kind: 'token' });
    expect(agency.alarms()).toEqual([]);
  });

  test('take up what the other did not live to do', async () => {
    const { agency, other } = await openTwo();
    await agency.component.stop();
    await agency.authorise();
    expect(await other.tokens.get()).toMatchObject({ kind: 'stopped', code: 'code' });
    await agency.clock.advance(60_000);
    expect(await other.tokens.get()).toMatchObject({ kind: 'token' });
    expect(await agency.authorizers()).toMatchObject([{ appid: SHOP, code: null }]);
  });
});
