import { type NoticeName, type NoticeTexts, notices } from '../model/notices.ts';

/** What a notice can be filled with; what is missing makes the sentence it stands in disappear from vendors' texts only. */
export interface NoticeValues {
  /** The vendor's own text for the occasion. */
  readonly vendorText?: string | undefined;
  readonly ahead?: number | undefined;
  readonly agent?: string | undefined;
  readonly options?: string | undefined;
  readonly text?: string | undefined;
}

/** The text for the visitor, or empty for silence: a configured one, else the vendor's, else the default. */
export function noticeText(name: NoticeName, texts: NoticeTexts, values: NoticeValues = {}): string {
  const template = texts[name] ?? (values.vendorText?.trim() || notices[name].text);
  if (values.ahead === undefined && /\{(ahead|place)\}/.test(template))
    return texts[name] ?? queueWithoutPlace;
  return template
    .replaceAll('{ahead}', String(values.ahead ?? ''))
    .replaceAll('{place}', String((values.ahead ?? 0) + 1))
    .replaceAll('{agent}', values.agent ?? '')
    .replaceAll('{options}', values.options ?? '')
    .replaceAll('{text}', values.text ?? '')
    .trim();
}

const queueWithoutPlace = '客服正忙，请稍候。';
