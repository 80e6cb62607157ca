import type { Option } from './message.ts';

/** `1. 满意`: how an option is shown where the visitor answers by its number. */
export function numberOption({ label }: Option, index: number): string {
  return `${index + 1}. ${label}`;
}

/** The options line by line. */
export function numberOptions(options: readonly Option[]): string {
  return options.map(numberOption).join('\n');
}
