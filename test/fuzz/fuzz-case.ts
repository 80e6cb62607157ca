import type { Random } from '../../chaos/random.ts';

/** A request to the bridge, good or bad. */
export interface FuzzCase {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One parameter is missing, doubled, empty, endless, changed or strange. */
export function spoilQuery(query: FuzzCase['query'], random: Random): FuzzCase['query'] {
  const at = random.between(0, query.length - 1);
  const [name, value] = query[at] ?? ['', ''];
  const odd = random.pick<FuzzCase['query']>([
    [],
    [
      [name, value],
      [name, value],
    ],
    [
      [name, value],
      [name, 'other'],
    ],
    [[name, '']],
    [[name, 'a'.repeat(4000)]],
    [[name, value.toUpperCase()]],
    [[name, `${value}\0`]],
    [[`${name}[]`, value]],
    [['__proto__', value]],
    [[name, '💥%']],
  ]);
  return query.toSpliced(at, 1, ...odd);
}

/** The whole request as bytes; now and then its frame is wrong too. */
export function writeRequest({ method, path, query, headers, body }: FuzzCase, random: Random): Buffer {
  const target = `${path}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]))}`;
  const isRaw = random.next() < 0.02;
  const length = random.next() < 0.02 ? Math.max(0, body.length - random.between(1, 20)) : body.length;
  const head = [
    `${method} ${isRaw ? `${target}&%zz=%ff%` : target} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${length}`,
    'Connection: close',
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
