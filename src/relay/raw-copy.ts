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

interface Owner {
  readonly tenant: string;
  readonly source: string;
  readonly now: number;
  /** Why it could not be understood. */
  readonly problem: string | null;
}

export function copyRaw(request: RawRequest, of: Owner): RawCopy {
  return keep(writeRequest(request), of);
}

/** The same of what was fetched: there is no request. */
export function copyText(body: string, of: Owner): RawCopy {
  return keep(JSON.stringify({ body }), of);
}

function keep(request: string, { tenant, source, now, problem }: Owner): RawCopy {
  const id = newId('a');
  return { id, step: keepRaw({ id, tenant, source, at: now, problem, request }) };
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
