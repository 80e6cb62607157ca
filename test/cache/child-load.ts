import { openInstance } from './instances.ts';

// A bridge of its own that begins to load a value, says so, and never comes to an end with it.
const instance = await openInstance({ url: process.argv[2] ?? '', silenceMs: Number(process.argv[3]) });
await instance.cached('k', () => {
  console.log('loading');
  setInterval(() => {}, 1000);
  return new Promise(() => {});
});
