import { describe, expect, test } from 'vitest';
import { CUSTOMER } from './desk.ts';
import { handedOff, open } from './hand-off.ts';

const freed = (core: Awaited<ReturnType<typeof open>>['core']) =>
  core.history.flatMap(({ event }) => (event.kind === 'sessionEnded' ? [event.by] : []));

describe('a card that nobody comes by', () => {
  test('leaves the visitor to whoever is chosen next, after its time and unseen', async () => {
    const { core, clock } = await open({ offerTtlSec: 1200 });
    await core.visitorSays('在吗');
    clock.now += 1_199_000;
    await core.settle();
    expect(core.happenings()).toEqual(['handoff-offered']);
    clock.now += 1000;
    await core.settle();
    expect(core.happenings()).toEqual(['handoff-offered', 'handoff-lapsed']);
    // The robot's end is the one that no visitor is told of.
    expect(freed(core)).toEqual(['robot']);
  });

  test('counts from the last one', async () => {
    const { core, clock } = await open();
    await core.visitorSays('在吗');
    clock.now += 900_000;
    await core.visitorSays('在吗');
    clock.now += 1_700_000;
    await core.settle();
    expect(core.happenings()).not.toContain('handoff-lapsed');
  });

  test('is one that somebody came by, and then nothing lapses', async () => {
    const { core, clock } = await handedOff();
    clock.now += 1_800_000;
    await core.settle();
    expect(core.happenings()).not.toContain('handoff-lapsed');
  });
});

describe('a hand-off', () => {
  test('ends with the session, for who is chosen next', async () => {
    const { core, people } = await handedOff();
    await people.take('zhangsan', CUSTOMER);
    await people.end(CUSTOMER);
    await core.pull();
    expect(freed(core)).toEqual(['robot']);
    expect(core.serving()).toBe('nobody');
  });

  test('of which no end was told ends 48 h after the last word of either side', async () => {
    const { core, people, clock } = await handedOff();
    clock.now += 3_600_000;
    await people.servicerSays('zhangsan', CUSTOMER, '您好');
    await core.pull();
    expect(core.serving()).toBe('agent');
    clock.now += 48 * 3_600_000 - 1000;
    await core.settle();
    expect(core.serving()).toBe('agent');
    clock.now += 1000;
    await core.settle();
    expect(core.happenings()).toContain('session-expired');
    expect(core.serving()).toBe('nobody');
    expect(freed(core)).toEqual(['robot']);
  });

  test('whose end was told is not ended again', async () => {
    const { core, people, clock } = await handedOff();
    await people.take('zhangsan', CUSTOMER);
    await people.end(CUSTOMER);
    await core.pull();
    clock.now += 49 * 3_600_000;
    await core.settle();
    expect(core.happenings()).not.toContain('session-expired');
  });
});
