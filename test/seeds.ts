/**
 * The seed of what a test draws for itself: `name` in the environment, else `PROPERTY_SEED`, else the same each time, so
 * that what is red was made red by the change. `random` looks further.
 */
export function seedOf(name: string): number {
  const wanted = process.env[name] ?? process.env.PROPERTY_SEED ?? '1';
  return wanted === 'random' ? Date.now() % 2 ** 31 : Number(wanted);
}
