import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  keepItems,
  labelItems,
  mergeItems,
  type ProfileItem,
  pageIn,
  profileLimits,
  shownLabel,
  sortProfile,
} from '../../src/model/profile.ts';

const item = (key: string, value: string, isProved = true): ProfileItem => ({ key, value, isProved });
const labelled = (...items: readonly ProfileItem[]) => labelItems(items, {});

describe('what is kept of a profile', () => {
  test('has a name and a value, once', () => {
    const fields = [
      [' a ', ' 1 '],
      ['a', '2'],
      ['', 'x'],
      ['b', '  '],
    ] as const;
    expect(keepItems(fields, false)).toEqual([item('a', '1', false)]);
  });

  test('is cut where a value is long, left out where a name is', () => {
    const [kept, ...none] = keepItems(
      [
        ['k'.repeat(65), 'x'],
        ['k', '长'.repeat(300)],
      ],
      true,
    );
    expect(none).toEqual([]);
    expect(kept?.value).toBe(`${'长'.repeat(255)}…`);
  });

  test('stands on one line, name and value', () => {
    const kept = keepItems([['a\n电话：110\u2028b', '上海\r\n会员等级：9\u202e']], false);
    expect(kept).toEqual([item('a 电话：110 b', '上海 会员等级：9', false)]);
  });

  test('is within its limits whatever comes', () => {
    const text = fc.string({ maxLength: 400, unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 60 }), fc.boolean(), (fields, isProved) => {
        const kept = keepItems(fields, isProved);
        const lengths = kept.map(({ key, value }) => key.length + value.length);
        expect(kept.length).toBeLessThanOrEqual(profileLimits.items);
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(
          profileLimits.textLength,
        );
        expect(new Set(kept.map(({ key }) => key)).size).toBe(kept.length);
        for (const { key, value } of kept) {
          expect(key.isWellFormed() && value.isWellFormed()).toBe(true);
          expect(key !== '' && value !== '').toBe(true);
        }
      }),
    );
  });
});

describe('profiles together', () => {
  test('say what is proved before what is claimed, and the first before the next', () => {
    const merged = mergeItems(
      [item('vip', '5'), item('city', '上海', false)],
      [item('vip', '9', false), item('city', '北京'), item('vip', '1'), item('page', 'p', false)],
    );
    expect(merged).toEqual([item('vip', '5'), item('city', '北京'), item('page', 'p', false)]);
  });

  test('never have a claim in place of a proof', () => {
    const items = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), value: fc.string(), isProved: fc.boolean() }),
    );
    fc.assert(
      fc.property(items, items, (one, other) => {
        for (const { key, isProved } of mergeItems(one, other)) {
          const isProvable = [...one, ...other].some((given) => given.key === key && given.isProved);
          expect(isProved).toBe(isProvable);
        }
      }),
    );
  });
});

describe('what agents read', () => {
  test('is sorted into the places of a helpdesk only where it is proved', () => {
    const { known, others } = sortProfile(
      labelled(
        item('nick_name', '张三'),
        item('Mobile', '138'),
        item('email', 'a@b', false),
        item('vip', '3'),
      ),
    );
    expect(known).toEqual({ name: '张三', phone: '138' });
    expect(others.map(({ key }) => key)).toEqual(['email', 'vip']);
  });

  test('has one value a place, and a picture only by its address', () => {
    const { known, others } = sortProfile(
      labelled(item('name', '张三'), item('nickname', '小张'), item('avatar', 'javascript:1')),
    );
    expect(known).toEqual({ name: '张三' });
    expect(others.map(({ key }) => key)).toEqual(['nickname', 'avatar']);
  });

  test('says what is a claim', () => {
    expect(labelled(item('vip', '3', false), item('tel', '1'), item('x', 'y')).map(shownLabel)).toEqual([
      '会员等级（未验证）',
      '电话',
      'x',
    ]);
  });

  test('names the page, where the profile does', () => {
    expect(pageIn(labelled(item('vip', '1'), item('path', 'pages/a')))).toBe('pages/a');
    expect(pageIn(undefined)).toBeUndefined();
  });
});
