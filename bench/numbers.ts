/** The value below which a share (0 to 1) of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How many a second. */
export function rateOf({ count, tookMs }: { readonly count: number; readonly tookMs: number }): number {
  return (count * 1000) / tookMs;
}

/** Of rates in alternating rounds, each against the other's of the same moment: what else the machine does comes and goes. */
export function medianRatio(rates: readonly number[], others: readonly number[]): number {
  return median(rates.map((rate, round) => rate / (others[round] ?? Number.NaN)));
}

/** The most in any window, wherever it begins. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  const ascending = times.toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [last, time] of ascending.entries()) {
    while ((ascending[first] ?? time) <= time - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Rows of cells, the first column to the left and the others to the right. */
export function writeTable(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, String(cell).length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0
            ? String(cell).padEnd(widths[column] ?? 0)
            : String(cell).padStart((widths[column] ?? 0) + 2),
        )
        .join(''),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

export function printTable(title: string, rows: readonly (readonly (string | number)[])[]): void {
  process.stdout.write(`\n${title}\n${writeTable(rows)}`);
}

/** Prints whether a goal was reached, and with what figure. */
export function judge(goal: string, isReached: boolean, got: string): boolean {
  process.stdout.write(`${isReached ? 'reached' : 'MISSED'}: ${goal}, got ${got}\n`);
  return isReached;
}
