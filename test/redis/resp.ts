/** What Redis answers, before it is written in the protocol's version 2 or 3 ("Redis serialization protocol"). */
export type Reply =
  | { readonly kind: 'simple' | 'error' | 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'list' | 'map'; readonly items: readonly Reply[] }
  | { readonly kind: 'nothing' };

export function writeReply(reply: Reply, version: 2 | 3): string {
  switch (reply.kind) {
    case 'simple':
      return `+${reply.text}\r\n`;
    case 'error':
      return `-${reply.text}\r\n`;
    case 'number':
      return `:${reply.number}\r\n`;
    case 'text':
      return `$${Buffer.byteLength(reply.text)}\r\n${reply.text}\r\n`;
    case 'nothing':
      return version === 3 ? '_\r\n' : '$-1\r\n';
    case 'map':
    case 'list': {
      const isMap = reply.kind === 'map' && version === 3;
      const head = isMap ? `%${reply.items.length / 2}` : `*${reply.items.length}`;
      return `${head}\r\n${reply.items.map((item) => writeReply(item, version)).join('')}`;
    }
    default:
      return reply satisfies never;
  }
}

/** Takes the whole commands from the front of what came: lists of bulk strings. Throws where it is anything else. */
export function takeCommands(bytes: Buffer): {
  readonly commands: readonly (readonly string[])[];
  readonly rest: Buffer;
} {
  const commands: (readonly string[])[] = [];
  let rest = bytes;
  for (;;) {
    const taken = takeCommand(rest);
    if (taken === undefined) return { commands, rest };
    commands.push(taken.words);
    rest = rest.subarray(taken.length);
  }
}

/** `undefined`: the rest of it has not come yet. */
function takeCommand(
  bytes: Buffer,
): { readonly words: readonly string[]; readonly length: number } | undefined {
  const head = takeHead(bytes, 0, '*');
  if (head === undefined) return undefined;
  let at = head.next;
  const words: string[] = [];
  while (words.length < head.count) {
    const word = takeHead(bytes, at, '$');
    if (word === undefined || bytes.length < word.next + word.count + 2) return undefined;
    const end = word.next + word.count;
    if (bytes.toString('latin1', end, end + 2) !== '\r\n') throw new Error('expected a line to end');
    words.push(bytes.toString('utf8', word.next, end));
    at = end + 2;
  }
  return { words, length: at };
}

function takeHead(
  bytes: Buffer,
  at: number,
  sign: '*' | '$',
): { readonly count: number; readonly next: number } | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end === -1) return undefined;
  const line = bytes.toString('latin1', at, end);
  if (!/^[*$]\d+$/.test(line) || line[0] !== sign) throw new Error(`expected ${sign} and a number`);
  return { count: Number(line.slice(1)), next: end + 2 };
}
