import { type Outgoing, type OutgoingResult, openOutgoing } from '../sandbox/vendors/outgoing.ts';
import { type Forwarder, openForwarder, type Passing } from './forwarder.ts';

export interface BalancerOptions {
  /** The instances, `http://host:port`. */
  readonly targets: readonly string[];
  /** Who has not answered by then is not waited for: the caller gets no answer, as nobody knows what became of it. */
  readonly timeoutMs: number;
  /** Who refused or did not answer is passed over for so long, while there are others. */
  readonly restMs: number;
}

/**
 * A small load balancer: requests go round the instances. One that was not taken (refused, or broken before an answer)
 * goes to the next at once, as those who call would repeat it; one without an answer in time is left to their repeats.
 */
export async function openBalancer(options: BalancerOptions): Promise<Forwarder> {
  const outgoing = openOutgoing();
  const restUntil = new Map<string, number>();
  let turn = 0;
  const pass = async (request: Passing): Promise<OutgoingResult> => {
    turn += 1;
    const round = options.targets.map((_, index) => options.targets[(turn + index) % options.targets.length]);
    const isAwake = (target?: string) => (restUntil.get(target ?? '') ?? 0) <= performance.now();
    // Awake ones first; the sort is stable, so each half goes round.
    const order = round.toSorted((one, other) => Number(isAwake(other)) - Number(isAwake(one)));
    let result: OutgoingResult = { kind: 'broken', code: 'nobody', tookMs: 0 };
    for (const target of order) {
      if (target === undefined) continue;
      result = await callOne(outgoing, target, request, options.timeoutMs);
      if (result.kind === 'answer') return result;
      restUntil.set(target, performance.now() + options.restMs);
      if (result.kind === 'timeout') return result;
    }
    return result;
  };
  const forwarder = await openForwarder(pass);
  return {
    ...forwarder,
    async close() {
      outgoing.close();
      await forwarder.close();
    },
  };
}

function callOne(
  outgoing: Outgoing,
  target: string,
  { path, ...request }: Passing,
  timeoutMs: number,
): Promise<OutgoingResult> {
  return outgoing.call({ ...request, url: `${target}${path}`, timeoutMs });
}
