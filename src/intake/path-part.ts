/** A part of a path as a log may show it: anybody may have chosen it. */
export function showPathPart(part: string): string {
  return part.slice(0, 64).replaceAll(/[^\w-]/g, '');
}
