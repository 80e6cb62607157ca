import { resolve } from 'node:path';
import type { StorePlace } from '../ports/store.ts';

export const storePlaceForms = 'expected sqlite:PATH or postgres://USER@HOST/DATABASE';

/** Whether a text says where a store is. */
export function isStorePlace(text: string): boolean {
  return /^sqlite:./.test(text) || (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text));
}

/** Reads such a text. A path is taken from `folder`. */
export function readStorePlace(
  text: string,
  { folder, connections }: { readonly folder: string; readonly connections: number },
): StorePlace {
  if (!text.startsWith('sqlite:')) return { kind: 'postgres', url: text, connections };
  return { kind: 'sqlite', path: resolve(folder, text.slice('sqlite:'.length)) };
}
