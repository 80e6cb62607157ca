import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { PartKind } from '../../src/model/message.ts';
import { type AdapterDefinition, defineAdapter } from '../../src/ports/helpdesk.ts';
import type { Support, Way } from '../../src/ports/support.ts';
import { writeSupport } from '../../src/support/write-support.ts';

const settings = z.strictObject({
  mode: z.enum(['whole', 'led']).default('whole'),
  notes: z.enum(['none', 'text']).default('none'),
  longest: z.int().default(1000),
});

const way: Way = {
  mode: 'whole',
  sample: {},
  basis: 'documented',
  shows: { text: 'own', voice: { form: 'link', note: { zh: '带时长', en: 'with its length' } } },
  sends: ['text', 'menu'],
  tells: ['message', 'typing'],
  heeds: ['group'],
  textMax: { most: 'longest', unit: 'characters' },
  mediaMax: 2_097_152,
};
const led: Way = {
  mode: 'led',
  sample: { mode: 'led' },
  basis: 'ours',
  elsewhere: { zh: '别处', en: 'in another place' },
  shows: {},
  sends: [],
  tells: [],
  heeds: [],
};

function define(support?: Support): AdapterDefinition {
  return defineAdapter({
    name: 'made-up',
    settings,
    ...(support && { support }),
    limits: () => [{ name: '', calls: 1, perMs: 105, scope: 'all' }],
    create: ({ notes }) => ({
      accepts: new Set<PartKind>(['text', 'voice']),
      forward: async () => ({ outcome: 'accepted' }),
      visitorIds: () => [],
      fold: () => ({}),
      ...(notes === 'text' && { note: async () => ({ outcome: 'accepted' }) }),
    }),
  });
}

const page = writeSupport([define({ title: { zh: '杜撰', en: 'Made up' }, ways: [way, led] })]);
const [chinese = '', english = ''] = page.split('\n---\n');
/** The cells of a line of the English half, without their padding. */
const line = (name: string): readonly string[] =>
  (english.split('\n').find((each) => each.startsWith(`| ${name} `)) ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('the page of what helpdesks support', () => {
  test('has both languages, and every way of each helpdesk', () => {
    expect(chinese).toContain('# 各客服系统支持什么');
    expect(chinese).toMatch(/`made-up`.*`led`.*杜撰.*别处/);
    expect(english).toMatch(/`made-up`.*`whole`.*Made up.*documented.*in the chat of WeChat/);
  });

  test('shows each part in its form, with a footnote where there is more to say', () => {
    expect(line('text')).toEqual(['text', '✓']);
    expect(line('voice')).toEqual(['voice', 'link <sup>1</sup>']);
    expect(line('picture')).toEqual(['picture', '–']);
    expect(english).toContain('\n1. with its length\n');
    expect(line('longest text in one message').at(-1)).toBe('1000 characters');
    expect(line('largest picture').at(-1)).toBe('2 MB');
  });

  test('tells what WeChat makes of what agents send', () => {
    expect(line('menu')).toEqual(['menu', '✓', 'text', 'menu']);
  });

  test('reads members off the adapter, and finds the setting that would bring one', () => {
    expect(line('notes that agents alone see')).toEqual([
      'notes that agents alone see',
      expect.stringMatching(/^✓ <sup>\d<\/sup>$/),
      expect.stringMatching(/^✓ <sup>\d<\/sup>$/),
    ]);
    expect(english).toContain('with `notes: text`');
    expect(line('visitor rates')).toEqual(['visitor rates', '–', '–']);
    expect(line('agent is writing')).toEqual(['agent is writing', '✓', '–']);
    expect(line('a rule names the group')).toEqual(['a rule names the group', '✓', '–']);
    expect(line('calls at most')).toEqual(['calls at most', '10/s', '10/s']);
  });

  test('has columns as wide as their widest cell, where Chinese characters are wide', () => {
    const widths = (text: string) =>
      text.split('\n').flatMap((each) => {
        const wide = each.match(/[\u2e80-\ua4cf\uff00-\uff60]/g)?.length ?? 0;
        return each.startsWith('|') ? [each.length + wide] : [];
      });
    const [ways = ''] = chinese.split('## 访客 → 坐席');
    expect(new Set(widths(ways)).size).toBe(1);
  });

  test('leaves out what tells nothing of itself', () => {
    expect(writeSupport([define()])).not.toContain('made-up');
  });
});
