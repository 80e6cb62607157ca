import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import { faultOf, hasBroken } from '../../src/store/postgres/postgres-error.ts';

/** As a server with Chinese messages says it. */
function said(message: string, code: string, routine: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), {
    severity: '错误',
    code,
    routine,
  });
}

describe('an error of a server that speaks another language', () => {
  test('because tables were changed is one to try again, on another connection', () => {
    const error = said('已缓冲的计划不能改变结果类型', '0A000', 'RevalidateCachedQuery');
    expect([faultOf(error), hasBroken(error)]).toEqual(['conflict', true]);
  });

  test('because something is not supported is a fault of ours', () => {
    const error = said('不支持', '0A000', 'transformStmt');
    expect([faultOf(error), hasBroken(error)]).toEqual(['bug', false]);
  });

  test('because of a deadlock is one to try again, on the same connection', () => {
    const error = said('检测到死锁', '40P01', 'DeadLockReport');
    expect([faultOf(error), hasBroken(error)]).toEqual(['conflict', false]);
  });

  test('because a statement took too long costs no connection', () => {
    const error = said('由于语句执行超时，正在取消查询命令', '57014', 'ProcessInterrupts');
    expect([faultOf(error), hasBroken(error)]).toEqual(['storeUnavailable', false]);
  });

  test.each([
    ['because the operator ends it', '57P01', 'ProcessInterrupts'],
    ['because a transaction stood still for too long', '25P03', 'ProcessInterrupts'],
    ['because it is broken itself', 'XX000', 'elog'],
  ])('%s ends the connection', (_why, code, routine) => {
    const error = said('由于管理员命令中断联接', code, routine);
    expect([faultOf(error), hasBroken(error)]).toEqual(['storeUnavailable', true]);
  });
});
