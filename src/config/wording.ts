import type { z } from 'zod';

/** What would be right, in words, where a schema has no text of its own. Never quotes the value. */
export function wordIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return wordBound(
        { ...issue, limit: issue.minimum },
        issue.inclusive === false ? 'more than' : 'at least',
      );
    case 'too_big':
      return wordBound(
        { ...issue, limit: issue.maximum },
        issue.inclusive === false ? 'less than' : 'at most',
      );
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `expected ${formats[issue.format] ?? 'a text of another form'}`;
    default:
      return 'expected another value';
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'named settings',
  record: 'named settings',
};

const formats: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an email address',
  cidrv4: 'an address range',
  cidrv6: 'an address range',
};

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function wordBound({ limit, origin }: { limit: number | bigint; origin: string }, bound: string): string {
  return `expected ${bound} ${limit}${units[origin] ?? ''}`;
}
