import { z } from 'zod';
import { type Issue, plainPath } from './faults.ts';
import { objectOf, type Path, settingAt, valueAt } from './setting.ts';

/**
 * Zod asks the rules between settings of one object (`superRefine`) only when each setting is in order by itself. So
 * that the operator sees every fault at once, they are asked again here, with the wrong settings left out.
 */
export function findHiddenIssues(
  root: z.ZodType,
  value: unknown,
  issues: readonly Issue[],
): readonly Issue[] {
  const places = new Map(issues.flatMap(placesAround).map((path) => [JSON.stringify(path), path]));
  return [...places.values()].flatMap((place) => {
    const here = valueAt(value, place);
    const setting = settingAt(root, place, value);
    const object = setting && objectOf(setting.schema, here);
    if (!object?.def.checks?.length || typeof here !== 'object' || here === null) return [];
    const wrong = new Set(issues.flatMap((issue) => wrongNames(issue, place)));
    return askRules(object, here, wrong).map((issue) => ({ ...issue, path: [...place, ...issue.path] }));
  });
}

/** Every place that holds the one the issue is about. */
function placesAround(issue: Issue): readonly Path[] {
  const path = plainPath(issue.path);
  const around = path.map((_, length) => path.slice(0, length));
  return issue.code === 'unrecognized_keys' ? [...around, path] : around;
}

function wrongNames(issue: Issue, place: Path): readonly string[] {
  const path = plainPath(issue.path);
  if (place.some((step, index) => path[index] !== step)) return [];
  const name = path[place.length];
  if (name !== undefined) return [String(name)];
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

function askRules(object: z.ZodObject, value: object, wrong: ReadonlySet<string>): readonly Issue[] {
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => !wrong.has(name)));
  const known = new Map(Object.entries(object.shape));
  const needed = [...wrong].filter((name) => known.get(name)?.safeParse(undefined).success === false);
  const anything = Object.fromEntries(needed.map((name) => [name, z.any().optional()]));
  try {
    const result = object.safeExtend(anything).safeParse(rest);
    return result.success ? [] : result.error.issues.filter(({ path }) => !wrong.has(String(path[0])));
  } catch {
    return []; // a rule that cannot do without the wrong setting has nothing to say yet
  }
}
