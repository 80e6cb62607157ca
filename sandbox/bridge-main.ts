import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';

// As the bridge itself does, before anything else is loaded: whoever kills it here wants it back soon.
enableCompileCache();
const { runBridge } = await import('../src/start.ts');
const { createMovableClock } = await import('./movable-clock.ts');

/** The bridge as it is, but with a clock that the sandbox moves: by a message of the parent process, which is answered. */
const { values } = parseArgs({ options: { config: { type: 'string' }, 'moved-ms': { type: 'string' } } });
const clock = createMovableClock(Number(values['moved-ms'] ?? 0));

process.on('message', (message: { readonly movedMs: number }) => {
  clock.moveTo(message.movedMs);
  process.send?.(message);
});

// Whoever would stop it is gone, and nobody is left to see what it does.
process.once('disconnect', () => process.exit(1));

process.exit(await runBridge(values.config ?? '', process.env, { clock }));
