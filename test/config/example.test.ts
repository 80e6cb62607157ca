// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the configuration
import { describe, expect, test } from 'vitest';
import { exampleConfig } from '../../src/config/example.ts';
import { configSchema } from '../../src/config/schema.ts';
import { definitions, env, faultLines, read } from './made-up.ts';

const example = exampleConfig(definitions);

describe('the example file', () => {
  test('loads without a fault or a warning once its variables are set', () => {
    expect(read(example)).toMatchObject({ kind: 'config', warnings: [] });
    expect(faultLines(example, { variables: {} })).not.toEqual([]);
  });

  test('has the default of what has one, and the example of what has not', () => {
    expect(example).toContain(
      'its folder is made; or postgres://USER:PASSWORD@HOST/DATABASE, its tables are made\nstore: sqlite:./data/bridge.db\n',
    );
    expect(example).toContain('      # the AppID\n      appid: wx1\n');
    expect(example).toContain('        qps:\n          # calls a second\n          each: 5\n');
  });

  test('has what may be left out as a comment, unless it names a variable', () => {
    expect(example).toContain('        # whom to ask for\n        # staffId: 12\n');
    expect(example).toContain('      # the key\n      key: ${KEY}\n');
  });

  test('has a component as a comment that loads as it is', () => {
    const live = example
      .split(/(?<=\n)(?=# components:\n)/)
      .map((part, index) => {
        const end = part.indexOf('\n\n');
        return index === 0 ? part : part.slice(0, end).replaceAll(/^# /gm, '') + part.slice(end);
      })
      .join('');
    expect(read(live, { variables: env })).toMatchObject({
      config: { components: [{ name: 'agency', settings: { appid: 'wx9', secret: 'k-2' } }] },
    });
  });

  test.each([
    [0, { adapter: { name: 'bell' }, settings: { room: 'hall' } }],
    [1, { adapter: { name: 'own-agents' }, settings: {} }],
  ])('has the other adapters as comments that load as they are (%i)', (place, helpdesk) => {
    const lines = example.split('\n');
    const first = lines.indexOf('      main:');
    const second = lines.indexOf('      # main:');
    const end = lines.findIndex((line, index) => index > second && !line.startsWith('      #'));
    const others = lines.slice(second, end).map((line) => line.replace('# ', ''));
    const other = others.join('\n').split(/(?=^ {6}main:)/m)[place] ?? '';
    const swapped = [...lines.slice(0, first), other.trimEnd(), ...lines.slice(end)].join('\n');
    expect(read(swapped, { variables: env })).toMatchObject({
      config: { tenants: [{ helpdesks: [helpdesk] }] },
    });
  });
});

describe('the JSON schema', () => {
  const schema = JSON.parse(JSON.stringify(configSchema(definitions)));
  const tenant = schema.properties.tenants.additionalProperties.properties;

  test('has a description for every setting, also of the adapters', () => {
    expect(schema.properties.listen.properties.port).toMatchObject({
      description: 'port to listen on',
      default: 3000,
    });
    const options = tenant.helpdesks.additionalProperties.oneOf;
    expect(options.map((option: { properties: { adapter: object } }) => option.properties.adapter)).toEqual([
      { type: 'string', const: 'acme', description: 'which helpdesk it is' },
      { type: 'string', const: 'bell', description: 'which helpdesk it is' },
      { type: 'string', const: 'own-agents', description: 'which helpdesk it is' },
    ]);
    expect(options[0].properties.handoverWords.description).toBe('words of a visitor that ask for an agent');
    expect(options[0].required).toEqual(['appKey', 'adapter']);
  });

  test('lets a reference stand for what has a form of its own', () => {
    expect(tenant.wechat.properties.appid).toEqual({
      description: 'the AppID',
      examples: ['wx1'],
      anyOf: [
        { type: 'string', pattern: '^wx\\d+$' },
        { type: 'string', pattern: '\\$\\{' },
      ],
    });
  });

  test('says nothing that is not JSON schema', () => {
    expect(JSON.stringify(schema)).not.toMatch(/"(secret|example)":(true|")/);
  });
});
