import type { Call } from '../server.ts';
import type { QiyuSettings } from './settings.ts';
import { signContent } from './signature.ts';

export interface ProofFault {
  readonly code: number;
  readonly because: string;
}

const toleranceSec = 300;

/** What is wrong with the caller's name and clock, before the content is looked at. */
export function checkCaller(
  call: Call,
  { appKey }: Pick<QiyuSettings, 'appKey'>,
  now: number,
): ProofFault | undefined {
  if (readOnce(call.query, 'appKey') !== appKey) return { code: 14001, because: 'appKey' };
  const time = readOnce(call.query, 'time') ?? '';
  const isNear = /^\d{1,15}$/.test(time) && Math.abs(Number(time) - now / 1000) <= toleranceSec;
  return isNear ? undefined : { code: 14003, because: 'time' };
}

/** What is wrong with the checksum over these very bytes. */
export function checkContent(
  call: Call,
  content: Uint8Array,
  { appSecret }: Pick<QiyuSettings, 'appSecret'>,
): ProofFault | undefined {
  const isListed = call.query.has('checksumAlgorithm');
  const algorithm = algorithms[isListed ? (readOnce(call.query, 'checksumAlgorithm') ?? '') : '0'];
  if (algorithm === undefined) return { code: 14002, because: 'checksumAlgorithm' };
  const time = readOnce(call.query, 'time') ?? '';
  const isRight = readOnce(call.query, 'checksum') === signContent({ appSecret, content, time, algorithm });
  return isRight ? undefined : { code: 14002, because: 'checksum' };
}

const algorithms: Readonly<Record<string, 'sha1' | 'sha256'>> = { 0: 'sha1', 1: 'sha256' };

/** A parameter that is given twice is as good as wrong. */
function readOnce(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
