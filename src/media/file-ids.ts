import { BridgeError } from '../ports/errors.ts';

/**
 * The name of the file that a claim of a medium writes: each its own, so that a process whose claim has passed on
 * touches nobody's file. Where one process has the store, the medium's id.
 */
export function fileNameOf({ id, claim }: { readonly id: string; readonly claim: number }): string {
  return claim === 0 ? id : `${id}.${claim}`;
}

/** The medium whose file it is, or would be. */
export function ownerOf(fileName: string): string {
  return fileName.split('.', 1)[0] ?? fileName;
}

/** Whether it may be the name of a file of a medium. */
export function isFileName(name: string): boolean {
  return plainName.test(name);
}

const plainName = /^[\w-]{1,100}(?:\.\d{1,10})?$/;

/** Names are made of the bridge's own ids; one that could lead out of a folder is its mistake. */
export function proveFileName(name: string): void {
  if (!isFileName(name)) throw new BridgeError('bug', 'expected the id of a medium to be a plain name');
}
