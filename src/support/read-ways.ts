import { z } from 'zod';
import { describeSetting } from '../config/setting.ts';
import type { AdapterDefinition, CallLimit, HelpdeskAdapter, Tools } from '../ports/helpdesk.ts';
import type { Sentence, Way } from '../ports/support.ts';

/** One way of speaking to a helpdesk, with an adapter that was made for it. */
export interface KnownWay {
  /** The adapter's name in the configuration. */
  readonly name: string;
  readonly title: Sentence;
  readonly way: Way;
  readonly adapter: HelpdeskAdapter;
  readonly limits: readonly CallLimit[];
  /** What the setting of this name comes to. */
  setting(name: string): unknown;
  /** Adapters with one setting changed, to find what a setting switches on. */
  readonly changed: readonly { readonly by: string; readonly adapter: HelpdeskAdapter }[];
}

/** Every way of every adapter that tells of itself. */
export function readWays(definitions: readonly AdapterDefinition[]): readonly KnownWay[] {
  return definitions.flatMap((definition) => {
    const { support } = definition;
    return support === undefined ? [] : support.ways.map((way) => readWay(definition, support.title, way));
  });
}

function readWay(definition: AdapterDefinition, title: Sentence, way: Way): KnownWay {
  const settings = definition.settings.parse(way.sample);
  return {
    name: definition.name,
    title,
    way,
    adapter: definition.create(settings, noTools),
    limits: definition.limits?.(settings) ?? [],
    setting: (name) => settings[name],
    changed: changesOf(definition).flatMap(({ name, value }) => {
      const parsed = definition.settings.safeParse({ ...way.sample, [name]: value });
      const isChanged = parsed.success && settings[name] !== value;
      if (!isChanged) return [];
      return [{ by: `${name}: ${value}`, adapter: definition.create(parsed.data, noTools) }];
    }),
  };
}

interface Change {
  readonly name: string;
  readonly value: unknown;
}

/** Settings that are a switch or a choice among words; a mode is a way of its own. */
function changesOf({ settings }: AdapterDefinition): readonly Change[] {
  const shape = Object.entries(settings.shape as Record<string, z.ZodType>); // a shape holds what `z` made
  return shape.flatMap(([name, whole]): readonly Change[] => {
    const { schema } = describeSetting(whole);
    if (name === 'mode') return [];
    if (schema instanceof z.ZodBoolean) return [true, false].map((value) => ({ name, value }));
    if (schema instanceof z.ZodEnum) return schema.options.map((value) => ({ name, value }));
    return [];
  });
}

const never = () => Promise.reject(new Error('expected an adapter that is only looked at'));
const silent = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent };

/** Nothing is called: the members are there, or they are not. */
const noTools: Tools = {
  fetch: never,
  now: () => 0,
  log: silent,
  media: never,
  mediaUrl: never,
  cached: never,
  forget: never,
  history: never,
  channelKind: 'miniprogram',
  channel: never,
};
