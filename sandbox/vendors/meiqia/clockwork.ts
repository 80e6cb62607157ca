/** Times as Meiqia writes them: UTC, no zone, six digits, and never the same twice. */
export function openClockwork(now: () => number): { stamp(): string } {
  let last = 0;
  let micros = 0;
  return {
    stamp() {
      const at = now();
      micros = at === last ? micros + 1 : 1;
      last = at;
      // More than a thousand in one millisecond run on into the next.
      const ms = at + Math.floor(micros / 1000);
      return `${new Date(ms).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}`;
    },
  };
}
