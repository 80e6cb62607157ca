import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ownTypes, theirTypes } from '../../../adapters/webhook/wire.ts';
import { isRecord } from '../../../sandbox/vendors/json.ts';
import { openSchema, readSchemas } from '../../../sandbox/vendors/webhook/schema.ts';
import { callbackOf, conversation, NOW, openAdapter, openDesk, reply } from './desk.ts';

const adapter = openAdapter();
const schemas = readSchemas();
const described = Object.entries(schemas).flatMap(([name, { examples = [] }]) =>
  examples.map((example, place) => ({ name, place, example })),
);
const fromHelpdesk = described.filter(
  ({ example }) => isRecord(example) && theirTypes.some((type) => type === example.type),
);

/** Every schema of one side by the type that it is for. */
function typesOf(side: 'FromBridge' | 'FromHelpdesk'): Readonly<Record<string, string>> {
  const { discriminator, oneOf } = parse(JSON.stringify(schemas[side]));
  const mapping: Record<string, string> = discriminator.mapping;
  expect(Object.values(mapping)).toEqual(oneOf.map(({ $ref }: { $ref: string }) => $ref));
  return Object.fromEntries(
    Object.entries(mapping).map(([type, ref]) => [type, ref.split('/').at(-1) ?? '']),
  );
}

function readingOf(body: unknown) {
  return adapter.readCallback?.(callbackOf(JSON.stringify(body)), NOW).kind;
}

describe('openapi.yaml', () => {
  test('refers to nothing that is not there', () => {
    const text = readFileSync('adapters/webhook/openapi.yaml', 'utf8');
    const document = parse(text);
    const references = [...text.matchAll(/"#\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    for (const [, path = ''] of references) {
      const found = path.split('/').reduce((at, name) => at?.[name], document);
      expect(found, path).toBeDefined();
    }
  });

  test('describes every type of either side, and no other', () => {
    expect(Object.keys(typesOf('FromBridge'))).toEqual(ownTypes);
    expect(Object.keys(typesOf('FromHelpdesk'))).toEqual(theirTypes);
  });

  test.each(['FromBridge', 'FromHelpdesk'] as const)(
    'gives each type of %s the schema of that name',
    (side) => {
      for (const [type, name] of Object.entries(typesOf(side))) {
        expect(schemas[name]?.properties?.type).toEqual({ const: type });
      }
    },
  );

  test.each(described)('has an example for $name ($place) that is true', ({ name, example }) => {
    expect(openSchema(name)(example)).toBeUndefined();
    if (isRecord(example)) expect(openSchema(name)({ ...example, mood: 'fine' })).toBeDefined();
  });

  test('has examples of all that a helpdesk may say', () => {
    const shown = new Set(
      fromHelpdesk.flatMap(({ name, example }) => namesIn(example).map((path) => `${name} ${path}`)),
    );
    const missing = Object.values(typesOf('FromHelpdesk'))
      .flatMap((name) => propertiesOf(schemas[name]).map((path) => `${name} ${path}`))
      .filter((path) => !shown.has(path) && !/ (version|id|timestamp)$/.test(path));
    expect(missing).toEqual([]);
  });
});

describe('the adapter and openapi.yaml agree on a callback', () => {
  test.each(fromHelpdesk)('of $name ($place)', ({ example }) => expect(readingOf(example)).toBe('events'));

  test.each(fromHelpdesk)(
    'of $name ($place), whatever is taken out of it or changed',
    ({ name, example }) => {
      const faultIn = openSchema(name, 'open');
      const tried = changesOf(example);
      expect(tried.length).toBeGreaterThan(5);
      for (const body of tried) {
        const isFine = faultIn(withoutNulls(body)) === undefined && isAboutSomebody(body);
        expect(readingOf(body), JSON.stringify(body)).toBe(isFine ? 'events' : 'unreadable');
      }
    },
  );
});

describe('what the bridge really sends fits openapi.yaml', () => {
  test('in every call: a helpdesk that reads by it refuses what does not', async () => {
    await using desk = await openDesk({ deliveryReports: true });
    const { adapter: own, helpdesk } = desk;
    const profile = [{ key: 'vip', label: '会员等级', value: '3', isProved: true }];
    const given = { ...desk.context, conversation: { ...conversation, context: 'from=qr', profile } };
    await desk.forward([{ kind: 'text', text: '在吗' }]);
    await own.askForAgent?.({ ...given, key: 'm_3', routing: { group: '5', agent: '7', priority: 3 } });
    await own.rate?.({ session: '1', option: { id: 'good', label: '满意' } }, { ...given, key: 'm_4' });
    await own.note?.('消息未能送达访客', { ...given, key: 'm_5' });
    await own.delivered?.(reply, { ...given, key: 'm_6' });
    await own.sendProfile?.({ ...given, key: 'm_7' });
    await own.closeSession?.({ ...given, key: 'm_8' });
    await own.check?.(given.signal);
    expect(helpdesk.refusals.all).toEqual([]);
    expect(helpdesk.events.all.map(({ type }) => type)).toEqual(ownTypes);
    const faultIn = openSchema('FromBridge');
    for (const body of desk.bodies()) {
      expect(faultIn(body)).toBeUndefined();
      expect(faultIn({ ...body, mood: 'fine' })).toBeDefined();
      expect(faultIn({ ...body, data: undefined })).toBeDefined();
    }
  });

  test('and its answers fit as well', () => {
    const fault = adapter.readCallback?.(callbackOf('{}'), NOW).answer.body ?? '';
    for (const body of [fault, adapter.busy?.body ?? ''])
      expect(openSchema('Fault')(JSON.parse(body))).toBeUndefined();
  });
});

/** Only in an answer, which is about a visitor already, may he be left out. */
function isAboutSomebody(body: unknown): boolean {
  return isRecord(body) && isRecord(body.data) && body.data.visitor !== undefined;
}

/** A field that is `null` is as good as left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/** Names of the fields of an example's `data`, and of the envelope. */
function namesIn(example: unknown): readonly string[] {
  if (!isRecord(example)) return [];
  return [
    ...Object.keys(example),
    ...Object.keys(isRecord(example.data) ? example.data : {}).map((name) => `data.${name}`),
  ];
}

function propertiesOf(schema: unknown): readonly string[] {
  const { properties } = parse(JSON.stringify(schema));
  const variants = properties.data.oneOf ?? [properties.data];
  return [
    ...Object.keys(properties),
    ...variants.flatMap((each: { properties: object }) =>
      Object.keys(each.properties).map((name) => `data.${name}`),
    ),
  ];
}

/** The value with each field in turn taken out, or made into something else; the visitor and the kinds are left alone. */
function changesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, place) => changesOf(each).map((changed) => value.with(place, changed)));
  }
  if (!isRecord(value)) return [];
  return Object.entries(value)
    .filter(([name]) => !['visitor', 'kind', 'type'].includes(name))
    .flatMap(([name, inner]) => {
      const { [name]: _left, ...rest } = value;
      const others = [7, -1.5, '', 'x', true, null, [], {}, ...changesOf(inner)];
      return [rest, ...others.map((other) => ({ ...value, [name]: other }))];
    });
}
