import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createKeys } from './keys.ts';
import { type Reply, takeCommands, writeReply } from './resp.ts';

export interface RedisOptions {
  readonly now?: () => number;
  /** Who does not show it is told nothing else. */
  readonly password?: string;
  /** As `INFO` tells it. */
  readonly version?: string;
}

/** A pretended Redis: the commands that a cache needs, and errors for all others, as the server words them. */
export async function startRedis({ now = Date.now, password, version = '7.4.1' }: RedisOptions = {}) {
  const keys = createKeys(now);
  const sockets = new Set<Socket>();
  const seen: (readonly string[])[] = [];
  let isHung = false;
  let server = listenTo(0);
  await once(server, 'listening');
  const port = portOf(server);

  function listenTo(wanted: number): Server {
    return createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
      const session = openSession({ keys, password, version });
      let rest = Buffer.alloc(0);
      socket.on('data', (bytes) => {
        const taken = takeCommands(Buffer.concat([rest, bytes]));
        rest = Buffer.from(taken.rest);
        for (const words of taken.commands) {
          seen.push(words);
          if (!isHung) socket.write(session.answer(words));
        }
      });
    }).listen(wanted, '127.0.0.1');
  }

  const shut = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    keys,
    /** What was asked, as it came. */
    seen,
    countOf: (name: string) => seen.filter(([command]) => command?.toUpperCase() === name).length,
    /** It takes everything and answers nothing. */
    hang(hangs: boolean) {
      isHung = hangs;
    },
    /** All connections break; it is there for new ones. */
    dropAll() {
      for (const socket of sockets) socket.destroy();
    },
    async goAway() {
      await shut();
      keys.clear();
    },
    async comeBack() {
      server = listenTo(port);
      await once(server, 'listening');
    },
    close: () => (server.listening ? shut() : Promise.resolve()),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface SessionOptions {
  readonly keys: ReturnType<typeof createKeys>;
  readonly password: string | undefined;
  readonly version: string;
}

const ok: Reply = { kind: 'simple', text: 'OK' };
const error = (text: string): Reply => ({ kind: 'error', text });
const wrongPass = error('WRONGPASS invalid username-password pair or user is disabled.');

/** One connection: its protocol, and whether it has shown who it is. */
function openSession({ keys, password, version }: SessionOptions) {
  let protocol: 2 | 3 = 2;
  let isKnown = password === undefined;

  const authenticate = (words: readonly string[]): Reply => {
    const [user, shown] = words.length === 1 ? ['default', words[0]] : words;
    isKnown = user === 'default' && shown === password;
    return isKnown ? ok : wrongPass;
  };

  /** `HELLO [version [AUTH user password] [SETNAME name]]`. */
  const greet = ([wanted = '2', ...options]: readonly string[]): Reply => {
    if (wanted !== '2' && wanted !== '3') return error('NOPROTO unsupported protocol version');
    if (options[0]?.toUpperCase() === 'AUTH' && authenticate(options.slice(1, 3)) !== ok) return wrongPass;
    if (!isKnown) return error('NOAUTH HELLO must be called with the client already authenticated');
    protocol = wanted === '3' ? 3 : 2;
    const facts = { server: 'redis', version, mode: 'standalone', role: 'master' };
    const items = Object.entries(facts).flatMap(([name, value]): Reply[] => [
      { kind: 'text', text: name },
      { kind: 'text', text: value },
    ]);
    return {
      kind: 'map',
      items: [...items, { kind: 'text', text: 'proto' }, { kind: 'number', number: protocol }],
    };
  };

  const run = ([command = '', ...words]: readonly string[]): Reply => {
    const name = command.toUpperCase();
    if (name === 'HELLO') return greet(words);
    if (name === 'AUTH') return authenticate(words);
    if (!isKnown) return error('NOAUTH Authentication required.');
    switch (name) {
      case 'PING':
        return { kind: 'simple', text: 'PONG' };
      case 'SELECT':
        return words[0] === '0' ? ok : error('ERR DB index is out of range');
      case 'INFO':
        return { kind: 'text', text: `# Server\r\nredis_version:${version}\r\n` };
      case 'CLIENT':
        return words[0]?.toUpperCase() === 'SETINFO' ? ok : error(`ERR unknown subcommand '${words[0]}'.`);
      default:
        return keys.run(name, words) ?? error(`ERR unknown command '${command}'`);
    }
  };
  return { answer: (words: readonly string[]) => writeReply(run(words), protocol) };
}
