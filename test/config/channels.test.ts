import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { exampleConfig } from '../../src/config/example.ts';
import { formatFaults } from '../../src/config/faults.ts';
import type { Definitions } from '../../src/config/frame.ts';
import { type LoadResult, readConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { ChannelDefinition } from '../../src/ports/channel-definition.ts';
import { type channel, type component, definitions as madeUp } from './made-up.ts';

function never(): never {
  throw new Error('never called');
}

const pigeons: ChannelDefinition = {
  name: 'pigeons',
  description: 'a loft',
  settings: z.strictObject({
    loft: z.string().meta({ description: 'which loft', example: 'north' }),
    flights: z.int().default(2).meta({ description: 'flights a day' }),
  }),
  accountSetting: 'loft',
  accountOf: never,
  policy: never,
  create: never,
};

/** Two adapters: one that flies pigeons of its own, unless it walks. */
const definitions: Definitions<typeof channel, typeof component> = {
  ...madeUp,
  channels: [pigeons],
  adapters: [
    ...madeUp.adapters,
    {
      name: 'falconer',
      settings: z.strictObject({
        loft: z.string().optional().meta({ description: 'its loft' }),
        walks: z.boolean().default(false).meta({ description: 'it walks' }),
      }),
      accountsIn: ({ walks, loft }) => (walks === true ? [] : [{ path: ['loft'], account: loft }]),
      create: never,
    },
  ],
};

function read(
  tenants: string,
  known = definitions,
): LoadResult<z.output<typeof channel>, z.output<typeof component>> {
  const source = {
    variable: () => 'sesame-open',
    file: () => ({ kind: 'unreadable', code: 'ENOENT' }) as const,
  };
  const text = `publicUrl: https://bridge.example.com\ntenants:\n${tenants}`;
  return readConfig({ file: 'c.yaml', text, source }, known);
}

function faults(tenants: string, known = definitions): readonly string[] {
  const result = read(tenants, known);
  return result.kind === 'faults' ? formatFaults(result.faults).split('\n') : [];
}

const desk = '    helpdesks: { main: { adapter: bell, room: hall } }';
const loft = (name: string, where: string) => `  ${name}:\n    pigeons: { loft: ${where} }\n${desk}\n`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: references are written so in the configuration
const shop = '  shop:\n    wechat: { appid: wx1, secret: "${SECRET}" }\n';

describe('a tenant', () => {
  test('may have another channel in place of a WeChat account', () => {
    const result = read(`${loft('north', 'n')}${shop}${desk}\n`);
    expect(result).toMatchObject({
      kind: 'config',
      config: {
        tenants: [
          { name: 'north', other: { channel: { name: 'pigeons' }, settings: { loft: 'n', flights: 2 } } },
          { name: 'shop', wechat: { appid: 'wx1' } },
        ],
      },
    });
  });

  test('has one of them', () => {
    expect(faults(`  shop:\n${desk}\n`)).toEqual([
      'c.yaml:3: tenants.shop: expected one of wechat, pigeons, got nothing',
    ]);
  });

  test('is told of channels that nobody has, though they are not loaded', () => {
    const unloaded = { ...definitions, channels: [], channelNames: ['pigeons'] };
    expect(faults(`  shop:\n${desk}\n`, unloaded)).toEqual([
      'c.yaml:3: tenants.shop: expected one of wechat, pigeons, got nothing',
    ]);
    expect(faults(`${shop}${desk}\n    pigeon: {}\n`, unloaded)).toEqual([
      'c.yaml:6: tenants.shop.pigeon: unknown setting; did you mean pigeons?',
    ]);
    expect(read(`${shop}${desk}\n`, unloaded).kind).toBe('config');
  });

  test('has not both of them', () => {
    expect(faults(`${shop}    pigeons: { loft: n }\n${desk}\n`)).toEqual([
      'c.yaml:5: tenants.shop.pigeons: expected wechat or pigeons, got both: each account is a tenant of its own',
    ]);
  });

  test('is told what its channel’s settings lack', () => {
    expect(faults(`  shop:\n    pigeons: { loftt: n }\n${desk}\n`)).toEqual([
      'c.yaml:4: tenants.shop.pigeons.loft: expected a text (which loft), got nothing',
      'c.yaml:4: tenants.shop.pigeons.loftt: unknown setting; did you mean loft?',
    ]);
  });

  test('cannot hand over to agents that only a WeChat account has', () => {
    const own = '    helpdesks: { main: { adapter: own-agents } }\n';
    expect(faults(`  shop:\n    pigeons: { loft: n }\n${own}`)).toEqual([
      'c.yaml:5: tenants.shop.helpdesks.main.adapter: expected a tenant with wechat for own-agents',
    ]);
  });
});

describe('an account of a channel', () => {
  const its =
    'expected an account of its own: that of tenant north is its channel, and nobody else can read it';

  test('belongs to one tenant', () => {
    expect(faults(`${loft('north', 'n')}${loft('south', 'n')}`)).toEqual([
      `c.yaml:7: tenants.south.pigeons.loft: ${its}`,
    ]);
  });

  test('is read by no helpdesk as well, whichever stands first', () => {
    const falcons = `${shop}    helpdesks:\n      main: { adapter: falconer, loft: n }\n`;
    expect(faults(`${falcons}${loft('north', 'n')}`)).toEqual([
      `c.yaml:6: tenants.shop.helpdesks.main.loft: ${its}`,
    ]);
    expect(faults(`${falcons}${loft('north', 'other')}`)).toEqual([]);
  });

  test('may be known to a helpdesk that does not read it', () => {
    const walker = `${shop}    helpdesks:\n      main: { adapter: falconer, loft: n, walks: true }\n`;
    expect(faults(`${loft('north', 'n')}${walker}`)).toEqual([]);
  });
});

test('the example shows the other channels as comments', () => {
  const example = exampleConfig(definitions);
  expect(example).toContain(
    [
      '    # a loft; in place of wechat',
      '    # pigeons:',
      '    #   # which loft',
      '    #   loft: north',
      '    #   # flights a day',
      '    #   flights: 2',
      '    # the helpdesks',
    ].join('\n'),
  );
});

test('the JSON schema lets an editor complete either, and wants one of them', () => {
  const schema = JSON.stringify(configSchema(definitions));
  expect(schema).toContain('"loft"');
  expect(schema).toContain('"oneOf":[{"required":["wechat"]},{"required":["pigeons"]}]');
  expect(schema).not.toContain('isAlternative');
});
