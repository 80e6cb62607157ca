import type { Reply } from './resp.ts';

const ok: Reply = { kind: 'simple', text: 'OK' };
const nothing: Reply = { kind: 'nothing' };
const number = (value: number): Reply => ({ kind: 'number', number: value });
const text = (value: string): Reply => ({ kind: 'text', text: value });
const error = (message: string): Reply => ({ kind: 'error', text: message });
const wrongCount = (name: string) =>
  error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);

/** The keys of one database: texts that may have an end, by the server's own clock. */
export function createKeys(now: () => number) {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();

  const find = (key: string): string | undefined => {
    const found = kept.get(key);
    if (found !== undefined && found.until > now()) return found.value;
    kept.delete(key);
    return undefined;
  };
  const remove = (keys: readonly string[]) =>
    number(keys.filter((key) => find(key) !== undefined && kept.delete(key)).length);

  /** `SET key value [NX | XX] [EX s | PX ms | EXAT s | PXAT ms]`. */
  const set = ([key, value, ...options]: readonly string[]): Reply => {
    if (key === undefined || value === undefined) return wrongCount('SET');
    let until = Number.POSITIVE_INFINITY;
    let isWanted = true;
    for (let at = 0; at < options.length; at += 1) {
      const option = options[at]?.toUpperCase() ?? '';
      if (option === 'NX' || option === 'XX') {
        isWanted = (find(key) === undefined) === (option === 'NX');
        continue;
      }
      const unit = units[option];
      const amount = options[at + 1] ?? '';
      at += 1;
      if (unit === undefined) return error('ERR syntax error');
      if (!/^-?\d+$/.test(amount)) return error('ERR value is not an integer or out of range');
      if (Number(amount) <= 0) return error("ERR invalid expire time in 'set' command");
      until = (unit.isAbsolute ? 0 : now()) + Number(amount) * unit.ms;
    }
    if (!isWanted) return nothing;
    kept.set(key, { value, until });
    return ok;
  };

  const scan = ([cursor, ...options]: readonly string[]): Reply => {
    if (cursor === undefined) return wrongCount('SCAN');
    const match = options[options.findIndex((option) => option.toUpperCase() === 'MATCH') + 1];
    const prefix = match?.endsWith('*') ? match.slice(0, -1) : '';
    const found = [...kept.keys()].filter((key) => key.startsWith(prefix) && find(key) !== undefined);
    return { kind: 'list', items: [text('0'), { kind: 'list', items: found.map(text) }] };
  };

  const commands: Readonly<Record<string, (words: readonly string[]) => Reply>> = {
    GET: ([key, ...more]) => {
      if (key === undefined || more.length > 0) return wrongCount('GET');
      const found = find(key);
      return found === undefined ? nothing : text(found);
    },
    MGET: (keys) => ({
      kind: 'list',
      items: keys.map((key) => find(key)).map((found) => (found === undefined ? nothing : text(found))),
    }),
    SET: set,
    DEL: remove,
    UNLINK: remove,
    EXISTS: (keys) => number(keys.filter((key) => find(key) !== undefined).length),
    SCAN: scan,
  };
  return {
    /** `undefined`: no command of keys. */
    run: (name: string, words: readonly string[]): Reply | undefined => commands[name]?.(words),
    names: () => [...kept.keys()].filter((key) => find(key) !== undefined),
    /** The server starts anew: it keeps nothing. */
    clear: () => kept.clear(),
  };
}

const units: Readonly<Record<string, { readonly ms: number; readonly isAbsolute: boolean }>> = {
  EX: { ms: 1000, isAbsolute: false },
  PX: { ms: 1, isAbsolute: false },
  EXAT: { ms: 1000, isAbsolute: true },
  PXAT: { ms: 1, isAbsolute: true },
};
