/**
 * PostgreSQL's text takes every character but this one, which nobody can type: it comes in what a program has put together,
 * such as the session-from of a mini-program.
 */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
