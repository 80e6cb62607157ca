// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the configuration
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { wholeSchema } from '../../src/config/frame.ts';
import { definitions, faultLines, good } from './made-up.ts';

/** The good file with one text in it replaced. */
function changed(from: string, to: string): string {
  if (!good.includes(from)) throw new Error(`the good file does not have ${from}`);
  return good.replace(from, () => to);
}

const database = 'postgres://u@db/kefu';
const bell = '      bell: { adapter: bell, room: hall }\n';

describe('each fault says where it stands and what would be right', () => {
  test('the good file has none', () => {
    expect(faultLines(good)).toEqual([]);
  });

  test.each([
    ['alone', changed(/main:[\s\S]*/.exec(good)![0], 'main: { adapter: own-agents }\n')],
    [
      'beside a helpdesk, with words',
      `${good}      own: { adapter: own-agents, handoverWords: [official] }\n`,
    ],
    [
      'beside several helpdesks',
      `${good}${bell}      own: { adapter: own-agents, handoverWords: [official] }\n`,
    ],
    [
      'to which a rule leads',
      `${good}      own: { adapter: own-agents }\n    routing: { rules: [{ when: {}, helpdesk: own }] }\n`,
    ],
  ])('nor has one with the own agents of the channel %s', (_what, text) => {
    expect(faultLines(text)).toEqual([]);
  });

  const main = 'tenants.shop.helpdesks.main';
  test.each<[string, string, string]>([
    [
      'an unknown name beside the right one',
      `${good}        greet: true\n`,
      `c.yaml:11: ${main}.greet: unknown setting; did you mean greets?`,
    ],
    [
      'an unknown name of the core',
      `${good}        onUnkown: ask\n`,
      `c.yaml:11: ${main}.onUnkown: unknown setting; did you mean onUnknown?`,
    ],
    [
      'an unknown name like none',
      `${good}log: { colour: red }\n`,
      'c.yaml:11: log.colour: unknown setting; known here: level',
    ],
    [
      'a folder of one machine for media in PostgreSQL',
      `${good}store: ${database}\nmedia: { folder: kept }\n`,
      'c.yaml:12: media.folder: expected no folder, as media are in the database with postgres, or media.shared: true if it is the same on all instances',
    ],
    [
      'a shared folder that is not named',
      `${good}store: ${database}\nmedia: { shared: true }\n`,
      'c.yaml:12: media.shared: expected it with postgres and a media.folder only',
    ],
    [
      'a shared folder for media beside SQLite',
      `${good}media: { folder: kept, shared: true }\n`,
      'c.yaml:11: media.shared: expected it with postgres and a media.folder only',
    ],
    [
      'an unknown name at the top',
      `${good}tenant: {}\n`,
      'c.yaml:11: tenant: unknown setting; did you mean tenants?',
    ],
    [
      'a missing setting, at the line of its parent',
      changed('      appid: wx1\n', ''),
      'c.yaml:4: tenants.shop.wechat.appid: expected a text (the AppID), got nothing',
    ],
    [
      'a setting without a value',
      changed('appid: wx1', 'appid:'),
      'c.yaml:5: tenants.shop.wechat.appid: expected a text (the AppID), got nothing',
    ],
    [
      'a missing section',
      changed('publicUrl: https://bridge.example.com\n', ''),
      'c.yaml:1: publicUrl: expected an http or https URL (how the outside reaches the public listener), got nothing',
    ],
    [
      'a wrong form',
      changed('wx1', 'abc'),
      'c.yaml:5: tenants.shop.wechat.appid: expected wx and digits, got abc',
    ],
    [
      'a number where a text belongs',
      changed('wx1', '17'),
      'c.yaml:5: tenants.shop.wechat.appid: expected a text in quotes, got 17',
    ],
    [
      'a wrong word',
      changed('appid: wx1', 'appid: wx1\n      mode: sfe'),
      'c.yaml:6: tenants.shop.wechat.mode: expected one of plain, safe, got sfe',
    ],
    [
      'neither a word nor the settings that may stand in its place',
      `${good}        source: nowhere\n`,
      `c.yaml:11: ${main}.source: expected near, far or { url }, got nowhere`,
    ],
    [
      'settings in place of a word, one of which is missing',
      `${good}        source: { password: "\${KEY}" }\n`,
      `c.yaml:11: ${main}.source.url: expected a text (where it is), got nothing`,
    ],
    [
      'settings in place of a word, one of which is wrong',
      `${good}        source: { url: desk }\n`,
      `c.yaml:11: ${main}.source.url: expected a URL, got desk`,
    ],
    [
      'settings in place of a word, one of which is unknown',
      `${good}        source: { url: "https://a.example", pasword: x }\n`,
      `c.yaml:11: ${main}.source.pasword: unknown setting; did you mean password?`,
    ],
    [
      'a text where settings belong',
      `${good}network: open\n`,
      'c.yaml:11: network: expected named settings, got a text',
    ],
    [
      'a number out of bounds',
      `${good}listen: { port: 70000 }\n`,
      'c.yaml:11: listen.port: expected a whole number from 0 to 65535, got 70000',
    ],
    [
      'a number without words of its own',
      `${good}        qps: { each: 0 }\n`,
      `c.yaml:11: ${main}.qps.each: expected at least 1, got 0`,
    ],
    [
      'an entry of a list',
      `${good}network:\n  allowPrivate:\n    - 10.0.0.0/8\n    - 10.0.0.1\n`,
      'c.yaml:14: network.allowPrivate[1]: expected an address range such as 10.0.0.0/8, got 10.0.0.1',
    ],
    [
      'an adapter nobody knows',
      changed('adapter: acme', 'adapter: acne'),
      `c.yaml:9: ${main}.adapter: expected one of the adapters acme, bell, own-agents, got acne`,
    ],
    [
      'no adapter',
      changed('        adapter: acme\n', ''),
      `c.yaml:8: ${main}.adapter: expected one of the adapters acme, bell, own-agents, got nothing`,
    ],
    [
      'a name for a tenant that cannot be a path',
      changed('  shop:', '  Shop_1:'),
      'c.yaml:3: tenants.Shop_1: expected a name of 1 to 32 characters a-z, 0-9 and -, beginning with a letter or digit',
    ],
    [
      'a rule between settings',
      changed('appid: wx1', 'appid: wx1\n      mode: safe'),
      'c.yaml:4: tenants.shop.wechat.key: expected the key, as mode is safe',
    ],
    [
      'an empty tenant',
      `${good}  other:\n`,
      'c.yaml:11: tenants.other: expected named settings, got nothing',
    ],
    [
      'no helpdesk',
      changed(/helpdesks:[\s\S]*/.exec(good)![0], 'helpdesks: {}\n'),
      'c.yaml:7: tenants.shop.helpdesks: expected a helpdesk by a name of your choice',
    ],
    [
      'own agents beside a helpdesk, without the words by which a visitor gets there',
      `${good}      own:\n        adapter: own-agents\n`,
      'c.yaml:11: tenants.shop.helpdesks.own.handoverWords: expected the words by which a visitor leaves the helpdesk main for this one, got none',
    ],
    [
      'own agents beside a helpdesk, with no words',
      `${good}      own:\n        adapter: own-agents\n        handoverWords: []\n`,
      'c.yaml:13: tenants.shop.helpdesks.own.handoverWords: expected the words by which a visitor leaves the helpdesk main for this one, got none',
    ],
    [
      'own agents twice',
      changed(
        /main:[\s\S]*/.exec(good)![0],
        'main: { adapter: own-agents }\n      own: { adapter: own-agents }\n',
      ),
      'c.yaml:9: tenants.shop.helpdesks.own: expected one helpdesk with the adapter own-agents, got another',
    ],
    [
      'two tenants with one appid',
      `${good}${good.slice(good.indexOf('  shop:')).replace('shop', 'mall')}`,
      'c.yaml:13: tenants.mall.wechat.appid: expected an appid of its own, got that of tenant shop',
    ],
    [
      'one port for both listeners',
      `${good}admin: { port: 3000 }\n`,
      'c.yaml:11: admin.port: expected another port than that of listen',
    ],
    [
      'another store',
      `${good}store: mysql://u:pw@db/x\n`,
      'c.yaml:11: store: expected sqlite:PATH or postgres://USER@HOST/DATABASE',
    ],
    [
      'a store whose address is none',
      `${good}store: postgres://u:p#w@db:x/y\n`,
      'c.yaml:11: store: expected sqlite:PATH or postgres://USER@HOST/DATABASE',
    ],
    [
      'another cache',
      `${good}cache: valkey://cache:6379\n`,
      'c.yaml:11: cache: expected memory, store or redis://HOST:PORT (rediss:// with TLS)',
    ],
    [
      'a cache whose database is no number',
      `${good}cache: redis://:sesame@cache:6379/main\n`,
      'c.yaml:11: cache: expected memory, store or redis://HOST:PORT (rediss:// with TLS)',
    ],
    [
      'a cache of each its own beside a store that is shared',
      `${good}store: postgres://me@db/kefu\ncache: memory\n`,
      'c.yaml:12: cache: expected store or redis://HOST:PORT beside a store in postgres',
    ],
    [
      'a component nobody configured',
      changed('appid: wx1', 'appid: wx1\n      component: agency'),
      'c.yaml:6: tenants.shop.wechat.component: expected a component, but none is configured',
    ],
    [
      'a component of another name',
      `${changed('appid: wx1', 'appid: wx1\n      component: agencie')}components: { agency: { appid: wx9, secret: '\${KEY}' } }\n`,
      'c.yaml:6: tenants.shop.wechat.component: expected one of the components agency',
    ],
    [
      'a tenant with the appid of a component',
      `${good}components: { agency: { appid: wx1, secret: '\${KEY}' } }\n`,
      'c.yaml:5: tenants.shop.wechat.appid: expected an appid of its own, got that of component agency',
    ],
    [
      'two components with one appid',
      `${good}components:\n  one: { appid: wx9, secret: '\${KEY}' }\n  two: { appid: wx9, secret: '\${KEY}' }\n`,
      'c.yaml:13: components.two.appid: expected an appid of its own, got that of component one',
    ],
    [
      'a component without a secret',
      `${good}components: { agency: { appid: wx9 } }\n`,
      'c.yaml:11: components.agency.secret: expected a text (its AppSecret), got nothing',
    ],
    [
      'a name for a component that cannot be a path',
      `${good}components: { Agency_1: { appid: wx9, secret: '\${KEY}' } }\n`,
      'c.yaml:11: components.Agency_1: expected a name of 1 to 32 characters a-z, 0-9 and -, beginning with a letter or digit',
    ],
    [
      'a publicUrl with a query',
      changed('.com', '.com/?a=b'),
      'c.yaml:1: publicUrl: expected a URL without query, fragment or password, got a text',
    ],
    [
      'a notice nobody knows',
      `${good}notices: { ende: x }\n`,
      'c.yaml:11: notices.ende: unknown setting; did you mean end?',
    ],
  ])('%s', (_, text, line) => {
    expect(faultLines(text)).toEqual([line]);
  });

  test('an unknown name does not hide what is missing', () => {
    expect(faultLines(changed('secret:', 'secrte:'))).toEqual([
      'c.yaml:4: tenants.shop.wechat.secret: expected a text (the AppSecret), got nothing',
      'c.yaml:6: tenants.shop.wechat.secrte: unknown setting; did you mean secret?',
    ]);
  });
});

describe('a file that is not YAML', () => {
  test.each<[string, string, string]>([
    ['a name twice', `${good}log: {}\nlog: {}\n`, 'c.yaml:12: expected each name once, got it a second time'],
    ['a tab', 'a:\n\tb: 1\n', 'c.yaml:2: expected spaces, got a tab'],
    [
      'an open quote',
      'publicUrl: "https\n',
      'c.yaml:2: expected a closing quote or bracket, a colon after a name, or a comma between values',
    ],
    [
      'an alias of nothing',
      `store: *none\n${good}`,
      'c.yaml:1: store: expected an anchor (&name) before its alias (*name)',
    ],
    ['a tag', 'store: !secret x\n', 'c.yaml:1: expected a value without a tag'],
    ['two documents', 'a: 1\n---\nb: 1\n', 'c.yaml:2: expected one document; leave out the `---`'],
  ])('%s', (_, text, line) => {
    expect(faultLines(text)).toEqual([line]);
  });

  test('one fault a line, however often the parser stumbles over it', () => {
    const lines = faultLines('a: { b: ${X}, c: ${Y} }\nd: { e: ${Z} }\n');
    expect(lines.map((line) => line.split(':')[1])).toEqual(['1', '2']);
  });

  test('aliases of aliases of aliases end soon', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level}: &a${level} [${`*a${level - 1}, `.repeat(level && 10)}]`,
    );
    expect(faultLines(levels.join('\n'))).toEqual([
      expect.stringMatching(/^c\.yaml:\d+: a\d+\S*: expected at most 100000 values, at most 32 levels deep$/),
    ]);
  });

  test('an alias of what it stands in, and very deep nesting, end too', () => {
    expect(faultLines('a: &a [*a]\n')).toHaveLength(1);
    expect(faultLines('['.repeat(100_000))).not.toEqual([]);
  });
});

test('all faults come at once, in the order of their lines', () => {
  const text = `publicUrl: nowhere
listen: { port: x, prot: 1 }
tenants:
  shop:
    wechat: { appid: wx1, secret: '\${NOT_SET}', mode: safe, color: 1 }
    helpdesks:
      main: { adapter: acme, staffId: yes }
  mall:
    wechat: { appid: wx1, secret: '\${SECRET}' }
    helpdesks: { main: { adapter: zendesk } }
notices: { start: 5 }
`;
  expect(faultLines(text)).toEqual([
    'c.yaml:1: publicUrl: expected an http or https URL, got nowhere',
    'c.yaml:2: listen.port: expected a whole number from 0 to 65535, got x',
    'c.yaml:2: listen.prot: unknown setting; did you mean port?',
    'c.yaml:5: tenants.shop.wechat.color: unknown setting; known here: appid, secret, previousSecrets, key, mode, component',
    'c.yaml:5: tenants.shop.wechat.key: expected the key, as mode is safe',
    'c.yaml:5: tenants.shop.wechat.secret: expected the environment variable NOT_SET to be set',
    'c.yaml:7: tenants.shop.helpdesks.main.appKey: expected a text (the key), got nothing',
    'c.yaml:7: tenants.shop.helpdesks.main.staffId: expected a number, got yes',
    'c.yaml:9: tenants.mall.wechat.appid: expected an appid of its own, got that of tenant shop',
    'c.yaml:10: tenants.mall.helpdesks.main.adapter: expected one of the adapters acme, bell, own-agents, got zendesk',
    'c.yaml:11: notices.start: expected a text in quotes, got 5',
  ]);
});

describe('a fault never tells a secret', () => {
  const secret = 'hush-99';
  test.each<[string, string]>([
    ['one that is too short', changed('${SECRET}', secret)],
    ['one in a list', changed('secret: ${SECRET}', `secret: \${SECRET}\n      previousSecrets: [${secret}]`)],
    ['one that came from outside into a setting that is none', changed('wx1', '${HUSH}')],
    ['one in a password of a URL', `${good}store: mysql://me:${secret}@db/x\n`],
    ['one on a line that is not YAML', changed('${SECRET}', `"${secret}\\q"`)],
    [
      'one in the place of its section',
      changed('        adapter: acme\n        appKey: ${ACME_KEY}\n', `        appKey:${secret}\n`),
    ],
  ])('%s', (_, text) => {
    const lines = faultLines(text, { variables: { SECRET: 'sesame-open', ACME_KEY: 'k', HUSH: secret } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(secret);
  });

  test('a value that is none is told', () => {
    expect(faultLines(changed('wx1', secret))[0]).toContain(secret);
  });
});

test('an adapter that has a setting of the core is a mistake of ours', () => {
  const settings = z.strictObject({ handoverWords: z.string().meta({ description: 'mine' }) });
  const adapters = [{ ...definitions.adapters[0]!, settings }];
  expect(() => wholeSchema({ ...definitions, adapters })).toThrow(
    "leave the core's settings alone: handoverWords",
  );
});
