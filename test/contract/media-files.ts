import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MediaFiles } from '../../src/media/files.ts';

/** A place where an implementation keeps files. */
export interface FilesPlace {
  readonly files: MediaFiles;
  /** The same files as another process has them, where several may. */
  readonly another?: MediaFiles;
  /** Takes everything away. */
  remove(): Promise<void>;
}

let names = 0;

/** A name that no test has used. */
function freshName(): string {
  names += 1;
  return `x_${names}.${names % 3}`;
}

async function readAll(files: MediaFiles, name: string, start: number, end: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await files.stream(name, { start, end })) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function listAll(files: MediaFiles): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const some of files.list()) all.push(...some);
  return all;
}

/** What must be so wherever media are kept. */
export function mediaFilesContract(name: string, makePlace: () => Promise<FilesPlace>): void {
  describe(`kept files (${name})`, () => {
    let place: FilesPlace;
    let files: MediaFiles;
    let file = '';

    beforeAll(async () => {
      place = await makePlace();
      files = place.files;
    });
    beforeEach(() => {
      file = freshName();
    });
    afterAll(() => place.remove());

    async function keep(...pieces: readonly string[]): Promise<void> {
      await using draft = files.draft(file, 1000);
      await draft.begin();
      for (const piece of pieces) await draft.take(Buffer.from(piece));
      await draft.keep();
    }

    test('are nowhere until they are kept, and whole then', async () => {
      await using draft = files.draft(file, 1000);
      await draft.begin();
      await draft.take(Buffer.from('a longer text, '));
      expect(await files.sizeOf(file)).toBeUndefined();
      await expect(files.read(file)).rejects.toThrow();
      await draft.take(Buffer.from('in pieces'));
      await draft.keep();
      expect(await files.sizeOf(file)).toBe(24);
      expect((await files.read(file)).toString()).toBe('a longer text, in pieces');
      expect(await listAll(files)).toContain(file);
    });

    test('are what came since they were last begun', async () => {
      await using draft = files.draft(file, 1000);
      await draft.begin();
      await draft.take(Buffer.from('an answer from the first address, of some length'));
      await draft.begin();
      await draft.take(Buffer.from('the medium'));
      expect(draft.head().toString()).toBe('the medium');
      await draft.keep();
      expect((await files.read(file)).toString()).toBe('the medium');
    });

    test('take the place of what was there, though it was longer', async () => {
      await keep('what was there before, in many pieces');
      await keep('short');
      expect((await files.read(file)).toString()).toBe('short');
      expect(await files.sizeOf(file)).toBe(5);
    });

    test('leave nothing where they are given up, and take nothing more', async () => {
      const draft = files.draft(file, 1000);
      await draft.begin();
      await draft.take(Buffer.from('half of something that is long'));
      await draft[Symbol.asyncDispose]();
      await expect(draft.take(Buffer.from('more'))).rejects.toMatchObject({ code: 'callFailed' });
      await expect(draft.keep()).rejects.toMatchObject({ code: 'callFailed' });
      expect(await files.sizeOf(file)).toBeUndefined();
      expect(await listAll(files)).not.toContain(file);
    });

    test('are no larger than was said', async () => {
      await using draft = files.draft(file, 10);
      await draft.begin();
      await draft.take(Buffer.alloc(10));
      await expect(draft.take(Buffer.alloc(1))).rejects.toMatchObject({ code: 'callFailed' });
      expect(draft).toMatchObject({ isOver: true, bytes: 10, fault: undefined });
    });

    test('are given out in any part of theirs', async () => {
      const content = fc.uint8Array({ minLength: 1, maxLength: 60 });
      const cuts = fc.tuple(fc.nat(59), fc.nat(59));
      await fc.assert(
        fc.asyncProperty(content, cuts, fc.nat(60), async (bytes, [one, other], cut) => {
          const whole = Buffer.from(bytes);
          const [start, end] = [Math.min(one, other), Math.max(one, other)].map((at) => at % whole.length);
          if (start === undefined || end === undefined || end < start) return;
          await keepBytes([whole.subarray(0, cut), whole.subarray(cut)]);
          expect(await readAll(files, file, start, end)).toEqual(whole.subarray(start, end + 1));
          expect(await files.read(file)).toEqual(whole);
        }),
        { numRuns: 40 },
      );
    });

    async function keepBytes(pieces: readonly Buffer[]): Promise<void> {
      await using draft = files.draft(file, 1000);
      await draft.begin();
      for (const piece of pieces) await draft.take(piece);
      await draft.keep();
    }

    test('may be written at once, also twice', async () => {
      await files.write(file, Buffer.from('a text of some length'));
      await files.write(file, Buffer.from('a text of some length'));
      expect((await files.read(file)).toString()).toBe('a text of some length');
    });

    test('are the same for all who have them, who may write one at the same time', async () => {
      const text = Buffer.from('a text that two tell at once');
      const { another = files } = place;
      await Promise.all([files.write(file, text), place.another?.write(file, text)]);
      expect(await another.read(file)).toEqual(text);
      expect(await another.sizeOf(file)).toBe(text.length);
      await another.remove(file);
      expect(await files.sizeOf(file)).toBeUndefined();
    });

    test('are gone once they are removed, again and again', async () => {
      await keep('something');
      await files.remove(file);
      await files.remove(file);
      expect(await files.sizeOf(file)).toBeUndefined();
      await expect(files.stream(file, { start: 0, end: 1 })).rejects.toThrow();
      expect(await listAll(files)).not.toContain(file);
    });

    test('are listed each once, however many', async () => {
      const many = Array.from({ length: 230 }, freshName);
      for (const each of many) await files.write(each, Buffer.from('in two pieces'));
      const listed = (await listAll(files)).filter((each) => many.includes(each));
      expect(listed.sort()).toEqual([...many].sort());
    });

    test('have names that are made of ids only', async () => {
      for (const bad of ['../x', 'a/b', '..', '', 'x'.repeat(101), 'x_1.', 'x_1.a', 'x_1.1.1', "x'"]) {
        await expect(async () => files.write(bad, Buffer.from('x'))).rejects.toMatchObject({ code: 'bug' });
        await expect(async () => files.read(bad)).rejects.toMatchObject({ code: 'bug' });
        await expect(async () => files.remove(bad)).rejects.toMatchObject({ code: 'bug' });
      }
    });
  });
}
