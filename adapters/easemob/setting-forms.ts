import { z } from 'zod';

/** A text that is not empty. */
export function name() {
  return z.string().min(1, 'expected a text, got an empty one');
}

/** Digits: numbers that are names. */
export function digits() {
  return z.string().regex(/^\d{1,18}$/, 'expected digits in quotes, such as "5833"');
}
