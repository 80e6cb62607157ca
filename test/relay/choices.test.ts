import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Part } from '../../src/model/message.ts';
import { numberOptions } from '../../src/model/options.ts';
import { type Pending, pickOption } from '../../src/relay/choices.ts';

const NOW = 1_700_000_000_000;
const options = ['满意', '一般', 'Ｂａｄ！'].map((label, index) => ({ id: `o${index}`, label }));
const pending: Pending = { of: 'menu', helpdesk: 'shop/main', options, askedAt: NOW, until: NOW + 1000 };

const text = (words: string): readonly Part[] => [{ kind: 'text', text: words }];
const picked = (words: string, change: Partial<Pending> = {}) =>
  pickOption(text(words), { ...pending, ...change }, NOW)?.id;

describe('options', () => {
  test('are numbered line by line', () => {
    expect(numberOptions(options)).toBe('1. 满意\n2. 一般\n3. Ｂａｄ！');
    expect(numberOptions([])).toBe('');
  });

  test('can each be picked by number and by label', () => {
    const label = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((one) => !/^\d{1,2}$/.test(one.normalize('NFKC').trim()));
    fc.assert(
      fc.property(
        fc.uniqueArray(label, {
          minLength: 1,
          maxLength: 20,
          selector: (one) => one.normalize('NFKC').trim(),
        }),
        (labels) => {
          const list = labels.map((one, index) => ({ id: `o${index}`, label: one }));
          for (const [index, option] of list.entries()) {
            expect(picked(String(index + 1), { options: list })).toBe(option.id);
            expect(picked(option.label, { options: list })).toBe(option.id);
          }
        },
      ),
    );
  });
});

describe('a message picks', () => {
  test.each([
    ['1', 'o0'],
    [' 2 \n', 'o1'],
    ['３', 'o2'],
    ['③', 'o2'],
    ['满意', 'o0'],
    [' 满意 ', 'o0'],
    ['Ｂａｄ！', 'o2'],
    ['Bad!', 'o2'],
  ])('by number or by label: %j', (words, id) => {
    expect(picked(words)).toBe(id);
  });

  test.each(['0', '00', '4', '-1', '1.', '1 2', '1.0', '100', '0x1', '选1', '很满意', '满', '', ' ', 'bad!'])(
    'nothing by anything else: %j',
    (words) => {
      expect(picked(words)).toBeUndefined();
    },
  );

  test('by the number first, where a label is a number too', () => {
    const grades = ['5', '4', '3', '2', '1', '9'].map((label) => ({ id: `grade ${label}`, label }));
    expect([picked('1', { options: grades }), picked('9', { options: grades })]).toEqual([
      'grade 5',
      'grade 9',
    ]);
  });

  test.each([
    ['o0', '满意', 'o0'],
    ['o1', '2. 一般', 'o1'],
    ['o1', '一般', 'o1'],
    ['o1', '满意', undefined],
    ['o0', '2. 满意', undefined],
    ['other', '满意', undefined],
  ])('by a click, where id and words both fit: %s %s', (id, label, option) => {
    const click: readonly Part[] = [{ kind: 'choice', of: 'menu', option: { id, label } }];
    expect(pickOption(click, pending, NOW)?.id).toBe(option);
    expect(pickOption(click, pending, NOW + 1000)).toBeUndefined();
  });

  test('nothing where nothing is asked, or no more', () => {
    expect(pickOption(text('1'), null, NOW)).toBeUndefined();
    expect(picked('1', { until: NOW + 1 })).toBe('o0');
    expect(picked('1', { until: NOW })).toBeUndefined();
    expect(picked('1', { options: [] })).toBeUndefined();
  });

  test('nothing where it is more than one line of text, or none', () => {
    expect(pickOption([...text('1'), ...text('2')], pending, NOW)).toBeUndefined();
    expect(pickOption([], pending, NOW)).toBeUndefined();
    expect(pickOption([{ kind: 'unsupported', vendorKind: 'a', text: '1' }], pending, NOW)).toBeUndefined();
  });
});
