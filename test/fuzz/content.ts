import type { Random } from '../../chaos/random.ts';

/** Bytes that readers stumble over: markup, half code points, marks, numbers that are none. */
const tokens: readonly [Buffer, ...Buffer[]] = [
  Buffer.from('<![CDATA['),
  ...[
    ']]>',
    '<!--',
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '<?xml version="1.0"?>',
    '&#0;',
    '&#xD800;',
    '&a;',
    '</xml>',
  ].map((text) => Buffer.from(text)),
  ...[
    '{',
    '}',
    '[',
    '"',
    '\\u0000',
    '\\ud800',
    '__proto__',
    'constructor',
    '1e999',
    '-0',
    'null',
    '\ufeff',
    '\0',
  ].map((text) => Buffer.from(text)),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xc0, 0xaf]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xf0, 0x9f]),
];

/** Changes a few places: bits, cuts, doubled slices, foreign bytes. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let left = random.between(1, 5); left > 0; left -= 1) changed = mutateOnce(changed, random);
  return changed;
}

function mutateOnce(bytes: Buffer, random: Random): Buffer {
  const at = random.between(0, bytes.length);
  const end = Math.min(bytes.length, at + random.between(0, 40));
  const [before, slice, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.between(0, 4)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = random.between(0, 255);
      return copy;
    }
    case 1:
      return before; // cut off
    case 2:
      return Buffer.concat([before, after]); // a hole
    case 3:
      return Buffer.concat([before, slice, slice, after]);
    default:
      return Buffer.concat([before, random.pick(tokens), after]);
  }
}

/** Content that is broken as a whole, or well formed and strange. */
export function breakContent(sample: string, random: Random): Buffer {
  const isJson = sample.startsWith('{');
  switch (random.between(0, 7)) {
    case 0:
      return Buffer.from(nest(isJson, random.pick([8, 9, 100, 5000])));
    case 1:
      return Buffer.from(isJson ? '{"__proto__":{"MsgType":"text"},"constructor":1}' : bomb);
    case 2:
      return Buffer.from(sample.replace(/\d+/g, () => random.pick(numbers)));
    case 3:
      return Buffer.from(isJson ? `[${sample}]` : `${sample}${sample}`);
    case 4:
      return Buffer.from(sample.replace(random.pick(fieldNames), random.pick(fieldNames)));
    case 5:
      return Buffer.from(
        random.pick(['', ' ', '{}', '[]', 'null', '1', '"x"', '<xml/>', '<a><b/></a>', '\ufeff']),
      );
    case 6:
      return Buffer.from(sample.replace(/好|hello|text/i, 'x'.repeat(random.pick([5000, 100_000, 900_000]))));
    default:
      return mutateBytes(Buffer.from(sample), random);
  }
}

const numbers: readonly [string, ...string[]] = [
  '0',
  '-1',
  '9223372036854775807',
  '99999999999999999999999999',
  '1e999',
  '1.5',
  '00012',
];

const fieldNames: readonly [string, ...string[]] = [
  'MsgType',
  'FromUserName',
  'ToUserName',
  'CreateTime',
  'Content',
  'MsgId',
  'Event',
  'Encrypt',
  'uid',
  'msgType',
  'content',
  'sessionId',
];

function nest(isJson: boolean, depth: number): string {
  if (isJson) return `{"ToUserName":"gh_0a1b2c3d4e5f","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  return `<xml><ToUserName>gh_0a1b2c3d4e5f</ToUserName>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</xml>`;
}

const bomb = [
  '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a0 "ha">',
  ...Array.from({ length: 12 }, (_, index) => `<!ENTITY a${index + 1} "${`&a${index};`.repeat(10)}">`),
  ']><xml><ToUserName>gh_0a1b2c3d4e5f</ToUserName><Content>&a12;</Content></xml>',
].join('\n');
