import { describe, expect, test } from 'vitest';
import type { Addressee } from '../../src/ports/channel.ts';
import type { HttpResult } from '../../src/ports/http.ts';
import { VISITOR } from './account.ts';
import { OK, openDesk, SIGNAL, says, sent, status } from './desk.ts';

const business = '/cgi-bin/message/custom/business/typing';
const common = '/cgi-bin/message/custom/typing';
const refuse = (errcode: number) => says({ errcode, errmsg: '' });

function open(
  settings: object,
  answers: readonly HttpResult[] = [OK],
  addressee: Addressee = { visitor: VISITOR },
) {
  const desk = openDesk(answers, { settings });
  const show = async (times = 1) => {
    for (let time = 0; time < times; time += 1) await desk.channel.typing?.show(addressee, SIGNAL);
    return desk.calls.map(({ name }) => name);
  };
  return { ...desk, show };
}

describe('typing', () => {
  test.each([
    ['miniprogram', 'auto', business],
    ['service', 'auto', common],
    ['subscription', 'auto', common],
    ['miniprogram', 'common', common],
    ['service', 'business', business],
  ])('of a %s with typingPath %s goes to %s', async (kind, typingPath, path) => {
    const { show, calls } = open({ kind, typingPath });
    expect(await show()).toEqual([path]);
    expect(sent(calls[0])).toEqual({ touser: VISITOR, command: 'Typing' });
  });

  test.each([
    ['the settings name', undefined, '7'],
    ['the visitor’s pushes name, before that of the settings', '8', '8'],
  ])('names the sub-merchant that %s', async (_, ofVisitor, businessid) => {
    const addressee = { visitor: VISITOR, ...(ofVisitor && { business: ofVisitor }) };
    const { show, calls } = open({ businessId: '7' }, [OK], addressee);
    await show();
    expect(sent(calls[0])).toMatchObject({ businessid });
  });

  test('that took the wrong path tries the other one, and remembers it', async () => {
    const { show } = open({}, [refuse(40200), OK]);
    expect(await show(2)).toEqual([business, common, common]);
  });

  test('that neither path is right for is not tried twice each time', async () => {
    const { show } = open({}, [refuse(40200)]);
    expect(await show(3)).toEqual([business, common, business, business]);
  });

  test('whose path is set never takes the other', async () => {
    const { show } = open({ typingPath: 'business' }, [refuse(40200)]);
    expect(await show(2)).toEqual([business, business]);
  });

  test.each([
    refuse(45072),
    refuse(45080),
    refuse(45081),
    refuse(45047),
    status(502),
    { kind: 'lost', code: 'etimedout' } as const,
  ])('does not mind what WeChat says (%#)', async (answer) => {
    const { show, lines } = open({}, [answer]);
    expect(await show()).toEqual([business]);
    expect(lines.join('\n')).not.toContain(VISITOR);
  });
});
