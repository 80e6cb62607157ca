import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BridgeError, StepMissed } from '../../src/ports/errors.ts';
import { logged, openLog, SECRET } from './open-log.ts';

describe('a secret', () => {
  const names = [
    'secret',
    'appSecret',
    'app_secret',
    'token',
    'access_token',
    'accessToken',
    'encodingAESKey',
    'apiKey',
    'password',
    'checksum',
    'CheckSum',
    'signature',
    'msg_signature',
    'Authorization',
    'set-cookie',
    'content',
    'text',
    'body',
    'Encrypt',
  ];

  test.each(names)('by the name of %s is masked wherever it stands', (name) => {
    const { log, written, lines } = openLog();
    log.with({ [name]: SECRET, inner: { [name]: SECRET } }).info('thing.happened', {
      list: [{ [name]: SECRET }, [{ [name]: [SECRET] }]],
      deep: { a: { b: { c: { d: { [name]: { e: SECRET } } } } } },
      error: Object.assign(new Error(SECRET), { [name]: SECRET, cause: { [name]: SECRET } }),
    });
    log.info('other.happened', { [name]: SECRET });
    expect(written.join()).not.toMatch(/S3CR3T/);
    expect(lines()[1]?.[name]).toBe('***');
  });

  test('is masked at any depth', () => {
    const key = fc.oneof(fc.constantFrom('a', 'b', 'list'), fc.constantFrom(...names));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'large', withCrossShrink: true },
        fc.constant(1),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
        fc.tuple(fc.constantFrom(...names), tie('tree')).map(([name, rest]) => ({ [name]: [SECRET, rest] })),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const { log, written } = openLog();
        log.with({ value }).error('thing.happened', { value });
        expect(written[0]).not.toContain('S3CR3T');
      }),
    );
  });

  test('in an address is masked whatever the field is called', () => {
    expect(logged('https://api.example/send?access_token=S&x=1')).toBe('https://api.example/send?***');
    expect(logged('GET /cgi-bin/get?access_token=S failed')).toBe('GET /cgi-bin/get?*** failed');
    expect(logged('redis://user:p@ss@cache:6379/0')).toBe('redis://***@cache:6379/0');
    expect(logged(new URL('https://u:p@api.example/?token=S'))).toBe('https://***@api.example/?***');
    expect(logged('http://127.0.0.1:3000')).toBe('http://127.0.0.1:3000');
    expect(logged('why? because')).toBe('why? because');
  });

  test('in bytes is not written down', () => {
    expect([logged(Buffer.from(SECRET)), logged(new Uint8Array(3))]).toEqual(['13 bytes', '3 bytes']);
    expect([logged(new Map([['token', SECRET]])), logged(new Set([SECRET]))]).toEqual([
      '1 entries',
      '1 entries',
    ]);
  });
});

describe('an error', () => {
  test('shows what it is and where it was made, not what it says', () => {
    const error = Object.assign(new TypeError(`${SECRET}\n    at fake (x.ts:1:1) ${SECRET}`), {
      code: 'ERR_A',
      request: { url: SECRET },
    });
    const { name, code, at, ...rest } = logged(error) as Record<string, unknown>;
    expect({ name, code, rest }).toEqual({ name: 'TypeError', code: 'ERR_A', rest: {} });
    expect(at).toContainEqual(expect.stringContaining('mask.test.ts'));
    expect(JSON.stringify(logged(error))).not.toContain('S3CR3T');
  });

  test('of a parser keeps the words it met to itself', () => {
    const parse = () => JSON.parse('{"content":您好');
    expect(parse).toThrow(/您好/);
    try {
      parse();
    } catch (error) {
      expect(logged(error)).toMatchObject({ name: 'SyntaxError' });
      expect(JSON.stringify(logged(error))).not.toContain('您');
    }
  });

  test('of our own says what it says, and what caused it', () => {
    const cause = Object.assign(new Error(SECRET), { code: 'EIO' });
    expect(logged(new BridgeError('storeUnavailable', 'the disk is full', { cause }))).toMatchObject({
      name: 'BridgeError',
      code: 'storeUnavailable',
      message: 'the disk is full',
      cause: { name: 'Error', code: 'EIO' },
    });
    expect(logged(new StepMissed(3))).toMatchObject({ name: 'StepMissed', code: 'stepMissed' });
  });

  test.each([SECRET, { message: SECRET, token: SECRET }, [SECRET], new Error(SECRET)])(
    'does not show what its cause holds (%#)',
    (cause) => {
      expect(JSON.stringify(logged(new BridgeError('bug', 'a', { cause })))).not.toContain('S3CR3T');
    },
  );

  test('whose message was changed shows no frame', () => {
    const error = new Error(SECRET);
    expect(error.stack).toContain(SECRET); // a stack is written down when it is first asked for
    error.message = 'other';
    expect(logged(error)).toEqual({ name: 'Error', at: [] });
  });

  test('in place of the fields is shown like one among them', () => {
    const { log, written } = openLog();
    log.error('thing.happened', Object.assign(new Error(SECRET), { token: SECRET }) as never);
    expect(written[0]).not.toContain('S3CR3T');
  });
});
