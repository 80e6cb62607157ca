/** What `${NAME}` and `${file:PATH}` stand for; `undefined` where there is nothing. */
export interface ReferenceSource {
  variable(name: string): string | undefined;
  file(path: string): FileContent;
}

export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  /** `code` is the system's word, such as ENOENT. */
  | { readonly kind: 'unreadable'; readonly code: string };

/** `problems` name the variable or file, never a value. `referred`: something was put in. */
export interface Resolved {
  readonly text: string;
  readonly referred: boolean;
  readonly problems: readonly string[];
}

/**
 * Puts the values of `${NAME}` and `${file:PATH}` into a text, once: what was put in is not looked at again. `$${`
 * stands for `${` itself. A file's last newline is cut.
 */
export function resolveReferences(text: string, source: ReferenceSource): Resolved {
  const problems: string[] = [];
  let referred = false;
  const resolved = text.replace(reference, (found: string, inside: string | undefined) => {
    if (found === '$${') return '${';
    referred = true;
    const value = lookUp(inside, source);
    if (value.kind === 'text') return value.text;
    problems.push(value.problem);
    return '';
  });
  return { text: resolved, referred, problems };
}

/** Literal, closed or unclosed: the last has no group. */
const reference = /\$\$\{|\$\{([^}]*)\}|\$\{/g;

type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

function lookUp(inside: string | undefined, source: ReferenceSource): Value {
  const path = inside?.match(/^file:(.+)$/s)?.[1];
  if (path !== undefined) return readReferredFile(path, source);
  if (inside === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(inside)) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what the operator is to write
    return { kind: 'problem', problem: 'expected ${NAME} or ${file:PATH}; write $${ for ${ itself' };
  }
  const text = source.variable(inside);
  if (text !== undefined) return { kind: 'text', text };
  return { kind: 'problem', problem: `expected the environment variable ${inside} to be set` };
}

function readReferredFile(path: string, source: ReferenceSource): Value {
  const content = source.file(path);
  if (content.kind === 'text') return { kind: 'text', text: content.text.replace(/\r?\n$/, '') };
  return { kind: 'problem', problem: `expected a readable file ${path} (${content.code})` };
}
