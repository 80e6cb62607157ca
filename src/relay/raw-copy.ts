import { isUtf8 } from 'node:buffer';
import { newId } from '../model/ids.ts';
import type { RawRequest } from '../ports/request.ts';
import type { Step } from '../ports/store.ts';
import { keepRaw } from '../store/raws.ts';

/** A push or callback as it came, for the operator: kept beside the rows it became. */
export interface RawCopy {
  readonly id: string;
  readonly step: Step;
}

/** `problem`: why it could not be understood. */
export function copyRaw(
  request: RawRequest,
  of: {
    readonly tenant: string;
    readonly source: string;
    readonly now: number;
    readonly problem: string | null;
  },
): RawCopy {
  const id = newId('a');
  const { tenant, source, now, problem } = of;
  return { id, step: keepRaw({ id, tenant, source, at: now, problem, request: writeRequest(request) }) };
}

function writeRequest({ method, path, query, headers, body }: RawRequest): string {
  const isText = isUtf8(body);
  return JSON.stringify({
    method,
    path,
    query: query.toString(),
    type: headers['content-type'] ?? '',
    ...(isText ? { body: body.toString('utf8') } : { base64: body.toString('base64') }),
  });
}
