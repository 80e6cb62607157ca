import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { type Path, settingAt, valueAt } from './setting.ts';

/**
 * The document's value as the schema wants it: a name without a value counts as left out (so that a section whose
 * lines are all commented out is an empty one), and a number or truth that came by `${…}` is one.
 */
export function fitDocument(root: z.ZodType, document: ConfigDocument): ConfigDocument {
  const value = structuredClone(document.value);
  for (const { path, origin } of document.places) {
    if (origin === 'empty' && isNamedSetting(root, path, document.value)) replaceAt(value, path, undefined);
    if (origin === 'reference') replaceAt(value, path, readScalar(root, path, document.value));
  }
  return { ...document, value };
}

/** Not an entry that somebody named: an empty tenant is a mistake, and stays one. */
function isNamedSetting(root: z.ZodType, path: Path, value: unknown): boolean {
  return settingAt(root, path, value)?.named === true && typeof path.at(-1) === 'string';
}

function readScalar(root: z.ZodType, path: Path, value: unknown): unknown {
  const text = String(valueAt(value, path));
  const schema = settingAt(root, path, value)?.schema;
  if (schema instanceof z.ZodNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (schema instanceof z.ZodBoolean && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/** Changes the copy that is ours; `undefined` takes the name away. */
function replaceAt(value: unknown, path: Path, replacement: unknown): void {
  const parent = valueAt(value, path.slice(0, -1));
  const step = path.at(-1);
  if (typeof parent !== 'object' || parent === null || step === undefined) return;
  if (replacement === undefined) Reflect.deleteProperty(parent, step);
  else
    Reflect.defineProperty(parent, step, {
      value: replacement,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}
