// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the configuration
import { describe, expect, test } from 'vitest';
import { faultLines, good, read } from './made-up.ts';

const withProfile = (profile: string) => `${good}    profile: ${profile}\n`;
const key = 'k'.repeat(32);

function profileOf(text: string) {
  const result = read(text);
  if (result.kind === 'faults') throw new Error(result.faults.map(({ text: fault }) => fault).join('\n'));
  return result.config.tenants[0]?.profile;
}

describe('the settings of profiles', () => {
  test('may be left out: then nothing is proved, and nobody is asked', () => {
    expect(profileOf(good)).toEqual({
      signingKeys: [],
      tokenMaxMs: 86_400_000,
      rulesUse: 'all',
      labels: {},
    });
  });

  test('are keys in order, and times in milliseconds', () => {
    const lookup = `{ url: 'https://shop.example/v', signingSecret: ${key}, previousSigningSecrets: [${key}2], bearer: b }`;
    const given = `{ signingKey: ${key}, previousSigningKeys: [${key}1], tokenMaxSec: 60, rulesUse: proved, labels: { a: A }, lookup: ${lookup} }`;
    expect(profileOf(withProfile(given))).toEqual({
      signingKeys: [key, `${key}1`],
      tokenMaxMs: 60_000,
      rulesUse: 'proved',
      labels: { a: 'A' },
      lookup: {
        url: 'https://shop.example/v',
        secrets: [key, `${key}2`],
        bearer: 'b',
        ttlMs: 600_000,
        timeoutMs: 3000,
      },
    });
  });

  const path = 'c.yaml:11: tenants.shop.profile';
  test.each([
    [
      'a short key',
      '{ signingKey: short }',
      `${path}.signingKey: expected at least 32 characters: openssl rand -base64 48 makes 64`,
    ],
    [
      'previous keys alone',
      `{ previousSigningKeys: [${key}] }`,
      `${path}.signingKey: expected the present key, too, as there are previous ones`,
    ],
    [
      'an address that is not encrypted',
      '{ lookup: { url: "http://shop.example", bearer: b } }',
      `${path}.lookup.url: expected an https URL without fragment (http on this machine alone)`,
    ],
    [
      'no way to know the bridge',
      '{ lookup: { url: "https://shop.example" } }',
      `${path}.lookup.signingSecret: expected a signingSecret or a bearer, by which your server knows the bridge`,
    ],
    [
      'an unknown name',
      '{ lookup: { url: "https://a.example", bearer: b, ttl: 1 } }',
      `${path}.lookup.ttl: unknown setting; known here: url, signingSecret, previousSigningSecrets, bearer, ttlSec, timeoutMs`,
    ],
    [
      'a time that is none',
      '{ lookup: { url: "https://a.example", bearer: b, ttlSec: 1 } }',
      `${path}.lookup.ttlSec: expected a whole number from 10 to 604800, got 1`,
    ],
    [
      'what rules cannot use',
      '{ rulesUse: some }',
      `${path}.rulesUse: expected one of all, proved, got some`,
    ],
  ])('are wrong with %s', (_what, profile, fault) => {
    expect(faultLines(withProfile(profile))).toEqual([fault]);
  });

  test('may ask on this machine without encryption', () => {
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:1']) {
      expect(faultLines(withProfile(`{ lookup: { url: "http://${host}/v", bearer: b } }`))).toEqual([]);
    }
  });

  test('warn of secrets that stand in the file', () => {
    const result = read(
      withProfile(`{ signingKey: ${key}, lookup: { url: "https://a.example", bearer: b } }`),
    );
    const warned = result.kind === 'config' ? result.warnings.map((warning) => warning.path) : [];
    expect(warned).toEqual(['tenants.shop.profile.lookup.bearer', 'tenants.shop.profile.signingKey']);
  });
});
