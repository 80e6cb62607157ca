import { encryptMessage, signParts } from '../../sandbox/vendors/wechat/cipher.ts';

export interface Account {
  readonly appid: string;
  readonly originalId: string;
  readonly token: string;
  readonly encodingAESKey: string;
}

/** One push of a visitor's text in the safe mode, as WeChat sends it: the whole request as bytes. */
export function preparePush(
  account: Account,
  { url, id, visitor }: { readonly url: string; readonly id: bigint; readonly visitor: number },
): Buffer {
  const openid = nameVisitor(visitor);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = String(id).slice(-10);
  const message = [
    `<xml><ToUserName><![CDATA[${account.originalId}]]></ToUserName>`,
    `<FromUserName><![CDATA[${openid}]]></FromUserName>`,
    `<CreateTime>${timestamp}</CreateTime>`,
    '<MsgType><![CDATA[text]]></MsgType>',
    `<Content><![CDATA[你好，请问这件外套还有中号吗？（${id}）]]></Content>`,
    `<MsgId>${id}</MsgId></xml>`,
  ].join('\n');
  const encrypted = encryptMessage(account, message);
  const body = Buffer.from(
    `<xml><ToUserName><![CDATA[${account.originalId}]]></ToUserName>\n<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  );
  const query = new URLSearchParams({
    signature: signParts([account.token, timestamp, nonce]),
    timestamp,
    nonce,
    openid,
    encrypt_type: 'aes',
    msg_signature: signParts([account.token, timestamp, nonce, encrypted]),
  });
  const { pathname, host } = new URL(url);
  const head = [
    `POST ${pathname}?${query} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: Mozilla/4.0',
    'Content-Type: text/xml',
    `Content-Length: ${body.length}`,
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), body]);
}

export function nameVisitor(index: number): string {
  return `oBench${String(index).padStart(22, '0')}`;
}
