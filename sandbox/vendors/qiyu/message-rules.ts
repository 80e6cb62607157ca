import { isRecord, type JsonRecord } from '../json.ts';
import { findFault, isHttpUrl, isMd5, isSize, isText, isUid, optional } from './fields.ts';
import type { StoredFile } from './files.ts';

export interface MessageRules {
  readonly textMaxChars: number;
  readonly findFile: (url: string) => StoredFile | undefined;
}

/** The field of a visitor's message that Qiyu does not take, if there is one (message/send). */
export function findMessageFault(body: JsonRecord, rules: MessageRules): string | undefined {
  if (!isUid(body.uid)) return 'uid';
  switch (body.msgType) {
    case 'TEXT':
      return isSendableText(body.content, rules.textMaxChars) ? undefined : 'content';
    case 'PICTURE':
      return findMediaFault(body.content, rules, { w: optional(isSize), h: optional(isSize) });
    case 'AUDIO':
      return findMediaFault(body.content, rules, { dur: isSize });
    default:
      return 'msgType';
  }
}

// Half a surrogate pair is what a careless split leaves.
function isSendableText(content: unknown, maxChars: number): boolean {
  return isText(content) && content !== '' && content.length <= maxChars;
}

function findMediaFault(
  content: unknown,
  rules: MessageRules,
  own: Parameters<typeof findFault>[1],
): string | undefined {
  if (!isRecord(content) || JSON.stringify(content).length > rules.textMaxChars) return 'content';
  const fault = findFault(content, { url: isHttpUrl, size: isSize, md5: isMd5, ...own });
  if (fault !== undefined) return `content.${fault}`;
  const file = rules.findFile(String(content.url));
  if (file === undefined) return undefined; // somebody else's server
  if (content.size !== file.bytes.length) return 'content.size';
  return content.md5 === file.md5 ? undefined : 'content.md5';
}
