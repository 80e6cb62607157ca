import { stringify } from 'yaml';
import { z } from 'zod';
import { type Definitions, wholeSchema } from './frame.ts';
import { describeSetting, type Meta } from './setting.ts';

/**
 * The text of `config.example.yaml`: every setting with its sentence above it. Defaults and examples stand as values;
 * what may be left out and has no default is commented out, and so is every adapter after the first.
 */
export function exampleConfig(definitions: Definitions): string {
  const { shape } = wholeSchema(definitions);
  const sections = Object.entries(shape).map(([name, schema]) => writeSetting(name, schema).join('\n'));
  return `${[heading, ...sections].join('\n\n')}\n`;
}

const heading = `\
# Every setting of kefu-bridge, with its default or an example. What has a default may be left out.
# \${NAME} is the value of an environment variable, \${file:PATH} the content of a file (its last newline is cut);
# $\${ stands for \${ itself. Paths are absolute or relative to the folder of this file. Unknown names are faults.`;

/** The names that stand for what operators name themselves. */
const tenantName = 'shop';
const helpdeskName = 'main';
const componentName = 'agency';

type Lines = readonly string[];

function writeSettings(object: z.ZodObject): Lines {
  return Object.entries(object.shape).flatMap(([name, schema]) => writeSetting(name, schema as z.ZodType)); // a shape holds what `z` made
}

function writeSetting(name: string, whole: z.ZodType): Lines {
  const { schema, meta } = describeSetting(whole);
  if (meta.isAlternative) return writeAlternative(name, whole, meta);
  const help = meta.description === undefined ? [] : [`# ${meta.description}`];
  if (meta.example === undefined) {
    if (schema instanceof z.ZodRecord) return [...help, ...writeRecord(name, schema, whole === schema)];
    if (schema instanceof z.ZodObject && isDescribed(schema)) {
      return [...help, `${name}:`, ...indent(writeSettings(schema))];
    }
  }
  const lines = writeValue(name, exampleOf(whole, meta));
  return [...help, ...(isLive(whole, meta) ? lines : commentOut(lines))];
}

/** It can only stand there if what it is an alternative to does not. */
function writeAlternative(name: string, whole: z.ZodType, { description }: Meta): Lines {
  const { schema } = describeSetting(whole);
  const lines = schema instanceof z.ZodObject ? writeSettings(schema) : [];
  return [`# ${description ?? ''}`, ...commentOut([`${name}:`, ...indent(lines)])];
}

/** A list of things that operators name: tenants, helpdesks; components, which nobody has to have, as comments. */
function writeRecord(name: string, record: z.ZodRecord, isNeeded: boolean): Lines {
  return isNeeded
    ? writeEntries(name, record, tenantName)
    : commentOut(writeEntries(name, record, componentName));
}

function writeEntries(name: string, record: z.ZodRecord, entry: string): Lines {
  const { schema } = describeSetting(record.valueType as z.ZodType); // as above
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const [first, ...others] = schema.options
      .filter((option) => option instanceof z.ZodObject)
      .map(writeHelpdesk);
    return [`${name}:`, ...indent(first ?? []), ...indent(commentOut(others.flat()))];
  }
  return [
    `${name}:`,
    ...indent([`${entry}:`, ...indent(schema instanceof z.ZodObject ? writeSettings(schema) : [])]),
  ];
}

/** `adapter` first: it says what the rest is. */
function writeHelpdesk(option: z.ZodObject): Lines {
  const { adapter, ...own } = option.shape;
  return [`${helpdeskName}:`, ...indent(writeSettings(z.object({ adapter, ...own })))];
}

/** The value to show: an example, else the default, else the only value there is. */
function exampleOf(whole: z.ZodType, meta: Meta): unknown {
  if (meta.example !== undefined) return meta.example;
  const byDefault = whole.safeParse(undefined);
  if (byDefault.success && byDefault.data !== undefined) return byDefault.data;
  const { schema } = describeSetting(whole);
  if (schema instanceof z.ZodLiteral) return schema.value;
  if (schema instanceof z.ZodEnum) return schema.options[0];
  return '';
}

/** What names a variable has to be filled in by nearly everybody, even where the schema could do without. */
function isLive(whole: z.ZodType, meta: Meta): boolean {
  const byDefault = whole.safeParse(undefined);
  const namesVariable = typeof meta.example === 'string' && /^\$\{\w+\}$/.test(meta.example);
  return namesVariable || !byDefault.success || byDefault.data !== undefined;
}

function isDescribed(object: z.ZodObject): boolean {
  const fields = Object.values(object.shape) as z.ZodType[]; // as above
  return fields.every((field) => describeSetting(field).meta.description !== undefined);
}

/** Lists in one line, texts as plain as YAML allows. */
function writeValue(name: string, value: unknown): Lines {
  const isList = Array.isArray(value);
  const text = stringify(
    { [name]: value },
    { lineWidth: 0, collectionStyle: isList ? 'flow' : 'any' },
  ).trimEnd();
  return (isList ? text.replace(/^\{\s*([\s\S]*?)\s*\}$/, '$1') : text).split('\n');
}

function indent(lines: Lines): Lines {
  return lines.map((line) => `  ${line}`);
}

/** Comments stay single, so that the first `# ` of every line can be taken away. */
function commentOut(lines: Lines): Lines {
  return lines.map((line) => `# ${line}`);
}
