import { decryptMessage, encryptMessage } from '../wechat/cipher.ts';

export { signParts as signEnvelope } from '../wechat/cipher.ts';

export interface EnvelopeKey {
  /** 43 characters. */
  readonly encodingAESKey: string;
  readonly corpid: string;
}

/** The same envelope as WeChat's, for a company. `random` is given for known answers only. */
export function seal({ encodingAESKey, corpid }: EnvelopeKey, message: string, random?: Buffer): string {
  return encryptMessage({ encodingAESKey, appid: corpid }, message, random);
}

/** What {@link seal} made; `undefined` for anything else. */
export function unseal({ encodingAESKey, corpid }: EnvelopeKey, sealed: string): string | undefined {
  return decryptMessage({ encodingAESKey, appid: corpid }, sealed);
}

/** An element of each name, texts as CDATA, numbers bare. */
export function writeXml(fields: Readonly<Record<string, string | number>>): string {
  const elements = Object.entries(fields).map(([name, value]) =>
    typeof value === 'number' ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
  );
  return `<xml>${elements.join('')}</xml>`;
}
