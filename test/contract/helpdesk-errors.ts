import { describe, expect, test } from 'vitest';
import { carry, type HelpdeskPlace, text, type VendorError, withBench } from './helpdesk.ts';

const WORDS = 'wo-de-mima-shi-8471';

export function describeErrors({ open }: HelpdeskPlace, errors: readonly VendorError[]): void {
  describe.runIf(errors.length > 0)('the vendor’s own errors', () => {
    test.each(errors)('$name comes to what it means', ({ fault, comesTo }) =>
      withBench(open, async (bench) => {
        const { alarms, ...expected } = comesTo;
        bench.fail!({ times: Number.POSITIVE_INFINITY, ...fault });
        const delivery = await carry(bench, text(WORDS));
        expect(delivery).toMatchObject(expected);
        expect(delivery.alarm !== undefined).toBe(alarms === true);
        const told = JSON.stringify([
          delivery.alarm,
          'code' in delivery ? delivery.code : '',
          ...bench.lines,
        ]);
        for (const hidden of [...bench.secrets, WORDS]) expect(told).not.toContain(hidden);
      }),
    );
  });
}
