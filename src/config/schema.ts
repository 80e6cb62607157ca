import { z } from 'zod';
import { type Definitions, wholeSchema } from './frame.ts';

/** The JSON schema (2020-12) of the configuration file, for editors that complete and check YAML. */
export function configSchema(definitions: Definitions): object {
  const schema = z.toJSONSchema(wholeSchema(definitions), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // `examples` is JSON schema's own word, and a list; `secret` tells an editor nothing.
      const { example, secret: _, isAlternative: _other, ...rest } = allowReference(jsonSchema);
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, rest, example === undefined ? {} : { examples: [example] });
    },
  });
  return { ...schema, title: 'kefu-bridge configuration' };
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** A scalar may also be a text with `${…}` in it, which no pattern, list of words or range of numbers would take. */
function allowReference(schema: JsonSchema): JsonSchema {
  const isScalar =
    ['string', 'integer', 'number', 'boolean'].includes(String(schema.type)) && !('const' in schema);
  const isBound = ([key]: [string, unknown]) => !annotations.has(key);
  const entries = Object.entries(schema);
  const bounds = Object.fromEntries(entries.filter(isBound));
  if (!isScalar || (schema.type === 'string' && Object.keys(bounds).length === 1)) return schema;
  const anyOf = [bounds, { type: 'string', pattern: '\\$\\{' }];
  return { ...Object.fromEntries(entries.filter((entry) => !isBound(entry))), anyOf };
}

const annotations = new Set(['description', 'title', 'default', 'example', 'secret', 'deprecated']);
