import { createHash } from 'node:crypto';
import { openBoundedMap } from './vendors/bounded-map.ts';
import { mimeTypes, sniffFormat } from './vendors/sniff.ts';

export interface Picture {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Pictures of both ends by their content, for the page. */
export interface Pictures {
  /** The address of these bytes for the page. */
  add(bytes: Buffer): string;
  get(id: string): Picture | undefined;
}

export function openPictures(): Pictures {
  const kept = openBoundedMap<Picture>({
    maxCount: 1000,
    maxBytes: 128 * 1024 * 1024,
    weigh: ({ bytes }) => bytes.length,
  });
  // The same bytes are asked for with every state: hashed once.
  const addresses = new WeakMap<Buffer, string>();
  const put = (bytes: Buffer): string => {
    const id = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const format = sniffFormat(bytes);
    const type = format === undefined ? 'application/octet-stream' : mimeTypes[format];
    kept.set(id, { bytes, type });
    const address = `/api/pictures/${id}`;
    addresses.set(bytes, address);
    return address;
  };
  return {
    add: (bytes) => addresses.get(bytes) ?? put(bytes),
    get: kept.get,
  };
}
