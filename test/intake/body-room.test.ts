import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BodyRoom, createBodyRoom } from '../../src/intake/body-room.ts';
import { listen } from '../../src/intake/listener.ts';
import { readRequest } from '../../src/intake/raw-request.ts';
import { openRawClient, writeHead } from './raw-client.ts';

const kibibyte = 1024;

describe('a room for bodies', () => {
  /** A room whose bodies are told by their names where they give way. */
  function openRoom(maxBytes: number) {
    const room = createBodyRoom(maxBytes);
    const gone: string[] = [];
    return { enter: (name: string) => room.enter(() => gone.push(name)), gone };
  }

  test('lets the largest give way where it is full', () => {
    const { enter, gone } = openRoom(100 * kibibyte);
    const [small, large, middle] = [enter('small'), enter('large'), enter('middle')];
    small.take(kibibyte);
    large.take(50 * kibibyte);
    middle.take(40 * kibibyte);
    expect(gone).toEqual([]);
    small.take(10 * kibibyte);
    expect(gone).toEqual(['large']);
    middle.take(40 * kibibyte);
    expect(gone).toEqual(['large']);
  });

  test('is free again where bodies leave, and does not hear of those that gave way', () => {
    const { enter, gone } = openRoom(10 * kibibyte);
    for (let round = 0; round < 100; round += 1) {
      const place = enter(`${round}`);
      place.take(9 * kibibyte);
      place.leave();
      place.leave();
    }
    expect(gone).toEqual([]);
    const alone = enter('alone');
    alone.take(11 * kibibyte);
    alone.take(11 * kibibyte);
    alone.leave();
    enter('next').take(9 * kibibyte);
    expect(gone).toEqual(['alone']);
  });

  test('counts what is kept around each piece', () => {
    const { enter, gone } = openRoom(100 * kibibyte);
    const place = enter('crumbs');
    for (let left = 199; left > 0; left -= 1) place.take(1);
    expect(gone).toEqual([]);
    place.take(1);
    expect(gone).toEqual(['crumbs']);
  });
});

describe('a body that would take all the room', () => {
  async function openReading(room: BodyRoom) {
    const app = new Koa();
    app.use(async (context) => {
      const read = await readRequest(context, { maxBytes: 1024 * kibibyte, room });
      context.body = read.kind === 'request' ? `${read.request.body.length} bytes` : 'refused';
    });
    const listener = await listen(app, { host: '127.0.0.1', port: 0 });
    onTestFinished(() => listener.close(0));
    return listener.url;
  }

  const headOf = (header: string) => writeHead('POST /', header);
  const crumbs = '1\r\na\r\n'.repeat(1000);

  test('is cut off without an answer, and another is read', async () => {
    const url = await openReading(createBodyRoom(256 * kibibyte));
    const [crumbling, small] = [await openRawClient(url), await openRawClient(url)];
    await small.send(`${headOf('Content-Length: 6')}abc`);
    await crumbling.send(`${headOf('Transfer-Encoding: chunked')}${crumbs}`);
    await expect(crumbling.sendOn()).rejects.toThrow();
    await small.send('def');
    expect(await small.readSome()).toMatch(/\r\n\r\n6 bytes$/);
  });

  test('is read where there is room', async () => {
    const client = await openRawClient(await openReading(createBodyRoom(1024 * kibibyte)));
    await client.send(`${headOf('Transfer-Encoding: chunked')}${crumbs}0\r\n\r\n`);
    expect(await client.readSome()).toMatch(/\r\n\r\n1000 bytes$/);
  });
});
