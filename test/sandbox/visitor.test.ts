import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { findFreePort } from '../../sandbox/free-port.ts';
import { startWebhook } from '../../sandbox/vendors/webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let visitor: ChildProcess | undefined;
afterEach(() => {
  if (visitor?.exitCode === null) visitor.kill('SIGKILL');
});

function start(...given: readonly string[]) {
  const child = spawn(process.execPath, ['sandbox/visitor.ts', ...given], { stdio: 'pipe' });
  visitor = child;
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

describe('a visitor in a terminal', () => {
  test('writes to a helpdesk of one’s own, and reads what it answers', async () => {
    const port = String(await findFreePort());
    const helpdesk = await startWebhook({ secret, resendAfterMs: 100 });
    try {
      const { child, lines } = start('--url', helpdesk.address, '--secret', secret, '--port', port);
      const callbackUrl = `http://127.0.0.1:${port}/callback/shop/main`;
      expect((await lines.next()).value).toBe(
        `Your helpdesk is called at ${helpdesk.address}, and calls ${callbackUrl}`,
      );
      helpdesk.changeSettings({ callbackUrl });
      child.stdin.write('还有货吗？\n');
      const { data } = await helpdesk.events.next(({ type }) => type === 'visitor.message', 15_000);
      await helpdesk.agentSays(String(data.visitor), '有的');
      for await (const line of lines) if (line.includes('有的')) break;
      child.stdin.end();
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      await helpdesk.close();
    }
  });

  test('says why the bridge does not start', async () => {
    const { child } = start('--secret', 'guess-me', '--port', String(await findFreePort()));
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += String(bytes);
    });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said).toContain('expected whsec_');
  });
});
