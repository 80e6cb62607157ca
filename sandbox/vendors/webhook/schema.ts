import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { isRecord } from '../json.ts';

/** The published description of the protocol: what a stranger would write his helpdesk from. */
const file = new URL('../../../adapters/webhook/openapi.yaml', import.meta.url);

/** The schemas of the published description by their names, as they stand there. */
export function readSchemas(): Readonly<Record<string, Schema>> {
  return parse(readFileSync(file, 'utf8')).components.schemas; // our own file, and a test reads all of it
}

export type Schema = {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly examples?: readonly unknown[];
};

/**
 * Checks a body against one of the schemas: gives the place of the first fault, or `undefined`. `closed`: a field that is
 * not described is a fault too, which is stricter than a reader should be.
 */
export function openSchema(
  name: string,
  how: 'open' | 'closed' = 'closed',
): (json: unknown) => string | undefined {
  const whole = { $schema: draft, $defs: prepare(readSchemas(), how), $ref: `#/$defs/${name}` };
  const schema = z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0]); // a test reads all of them
  return (json) => {
    const result = schema.safeParse(json);
    return result.success ? undefined : describeFault(result.error.issues);
  };
}

const draft = 'https://json-schema.org/draft/2020-12/schema';

/** References as JSON Schema has them; closed, no fields but those that are described. */
function prepare(json: unknown, how: 'open' | 'closed'): unknown {
  if (Array.isArray(json)) return json.map((each) => prepare(each, how));
  if (!isRecord(json)) return json;
  if (typeof json.$ref === 'string') return { $ref: json.$ref.replace('#/components/schemas/', '#/$defs/') };
  const inner = Object.fromEntries(Object.entries(json).map(([name, value]) => [name, prepare(value, how)]));
  const closes = how === 'closed' && json.type === 'object' && isRecord(json.properties);
  return closes ? { ...inner, additionalProperties: false } : inner;
}

/** Of a choice of schemas, the branch that got furthest tells best what is wrong. */
function describeFault(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'invalid';
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().toSorted((one, other) => other.path.length - one.path.length);
    return describeFault(
      deepest.slice(0, 1).map((each) => ({ ...each, path: [...issue.path, ...each.path] })),
    );
  }
  return `${issue.path.map(String).join('.')}: ${issue.message}`;
}
