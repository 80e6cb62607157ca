/** Meiqia's times have no zone and are UTC; of six digits behind the point only three can be trusted. */
export function readTime(text: string | undefined): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, day, time, fraction = ''] = match;
  const at = Date.parse(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** `yyyy-MM-ddTHH:mm:ss.SSSSSS` in UTC, as the stream is asked from it. */
export function writeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000`;
}
