import { z } from 'zod';
import type { SettingMeta } from '../ports/settings.ts';

/** Where a setting stands: names, and numbers within lists. */
export type Path = readonly (string | number)[];

/** What a schema knows of one place in the file. */
export interface Setting {
  /** Without the wrappers for defaults and optional settings. */
  readonly schema: z.ZodType;
  readonly meta: Meta;
  /** The setting, or one that holds it, is marked as a secret. */
  readonly secret: boolean;
  /** It is one of a fixed set of names, not an entry that somebody named. */
  readonly named: boolean;
}

/** As much of a {@link SettingMeta} as was written. */
export type Meta = { readonly [Key in keyof SettingMeta]?: SettingMeta[Key] | undefined };

/** Finds the setting of a place; `undefined` for places that the schema does not know. `value` tells which adapter is meant. */
export function settingAt(root: z.ZodType, path: Path, value: unknown): Setting | undefined {
  let setting: Setting = { ...describeSetting(root), secret: false, named: false };
  let here = value;
  for (const step of path) {
    const child = childOf(setting.schema, step, here);
    if (child === undefined) return undefined;
    const described = describeSetting(child);
    const secret = setting.secret || described.meta.secret === true;
    const named = !(setting.schema instanceof z.ZodRecord);
    setting = { ...described, secret, named };
    here = valueAt(here, [step]);
  }
  return setting;
}

/** A schema without its wrappers, and what `.meta()` said on any of them. */
export function describeSetting(schema: z.ZodType): Pick<Setting, 'schema' | 'meta'> {
  let meta: Meta = {};
  let inner = schema;
  for (;;) {
    meta = { ...inner.meta(), ...meta };
    if (!isWrapper(inner)) return { schema: inner, meta };
    inner = inner.unwrap() as z.ZodType; // zod types it by its core, of which every schema made with `z` is one
  }
}

/** The names that the schema knows at a place, in the order in which they are declared. */
export function knownNames(setting: Setting | undefined, value: unknown): readonly string[] {
  const object = setting && objectOf(setting.schema, value);
  return object ? Object.keys(object.shape) : [];
}

/** The object schema that holds for a value: of a union, the option that its discriminator names, or the only one. */
export function objectOf(schema: z.ZodType, value: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return onlyObjectOf(schema, value);
  const { discriminator } = schema.def;
  const wanted = valueAt(value, [discriminator]);
  return schema.options
    .filter((option) => option instanceof z.ZodObject)
    .find((option) => option.shape[discriminator]?.safeParse(wanted).success);
}

/** Of a setting that is a word or several named settings, those. */
function onlyObjectOf(schema: z.ZodType, value: unknown): z.ZodObject | undefined {
  if (!(schema instanceof z.ZodUnion) || typeof value !== 'object') return undefined;
  const objects = schema.options.filter((option) => option instanceof z.ZodObject);
  return objects.length === 1 ? objects[0] : undefined;
}

/** The value at a place; `undefined` where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step]; // it has that property, as was just asked
  }
  return here;
}

function childOf(schema: z.ZodType, step: string | number, value: unknown): z.ZodType | undefined {
  const object = objectOf(schema, value);
  if (object) return Object.hasOwn(object.shape, step) ? (object.shape[step] as z.ZodType) : undefined; // as above
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType; // as above
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType; // as above
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(step)] as z.ZodType | undefined; // as above
  return undefined;
}

type Wrapper =
  | z.ZodOptional
  | z.ZodDefault
  | z.ZodPrefault
  | z.ZodNullable
  | z.ZodReadonly
  | z.ZodNonOptional;

function isWrapper(schema: z.ZodType): schema is Wrapper {
  return wrappers.some((wrapper) => schema instanceof wrapper);
}

const wrappers = [z.ZodOptional, z.ZodDefault, z.ZodPrefault, z.ZodNullable, z.ZodReadonly, z.ZodNonOptional];
