import { z } from 'zod';
import { areSound, wholeNumber } from '../ports/setting-forms.ts';

/** `tenants.<t>.profile`: what is known of visitors beside what they write. */
export function profileSchema() {
  return z
    .strictObject({
      signingKey: longSecret().optional().meta({
        description:
          'proves the token that your server put into the session-from (JWT, HS256); without it all that a visitor comes with is a claim',
        secret: true,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference, as it stands in the file
        example: '${file:/run/secrets/shop-profile-key}',
      }),
      previousSigningKeys: z.array(longSecret()).default([]).meta({
        description: 'earlier keys, by which tokens are still taken',
        secret: true,
      }),
      tokenMaxSec: wholeNumber(60, 2_592_000).default(86_400).meta({
        description: 'seconds for which a token may be good, at most; one that says more is refused',
      }),
      rulesUse: z.enum(['all', 'proved']).default('all').meta({
        description: 'whether the attributes and vip of rules go by claims too, or by what is proved alone',
      }),
      labels: z
        .record(z.string(), z.string().min(1, 'expected a text').max(20, 'expected at most 20 characters'))
        .prefault({})
        .meta({
          description: 'what agents read in place of the name of a field',
          example: { city: '城市', 'order.id': '订单号' },
        }),
      lookup: lookupSchema()
        .optional()
        .meta({
          description:
            'an address of yours that is asked about visitors beside their messages, which never wait for it: POST, answered by a JSON object',
          example: {
            url: 'https://shop.example.com/kefu/visitor',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
            signingSecret: '${file:/run/secrets/shop-lookup-secret}',
          },
        }),
    })
    .prefault({})
    .superRefine(
      ({ signingKey: key, previousSigningKeys }, context) => {
        if (key !== undefined || previousSigningKeys.length === 0) return;
        const message = 'expected the present key, too, as there are previous ones';
        context.addIssue({ code: 'custom', path: ['signingKey'], message });
      },
      { when: areSound('signingKey', 'previousSigningKeys') },
    )
    .meta({ description: 'what agents and rules are told of a visitor beside his words' });
}

function lookupSchema() {
  return z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'expected an https URL' })
        .refine(isSafe, 'expected an https URL without fragment (http on this machine alone)')
        .meta({ description: 'the address' }),
      signingSecret: longSecret()
        .optional()
        .meta({ description: 'signs the call: x-kefu-signature, which the README describes', secret: true }),
      previousSigningSecrets: z
        .array(longSecret())
        .default([])
        .meta({ description: 'earlier secrets: calls are signed with them too', secret: true }),
      bearer: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'expected letters, digits and signs without spaces')
        .optional()
        .meta({ description: 'sent as authorization: Bearer', secret: true }),
      ttlSec: wholeNumber(10, 604_800).default(600).meta({
        description: 'seconds for which an answer is good',
      }),
      timeoutMs: wholeNumber(100, 30_000).default(3000).meta({
        description: 'milliseconds that one call may take',
      }),
    })
    .superRefine(
      ({ signingSecret, bearer }, context) => {
        if (signingSecret !== undefined || bearer !== undefined) return;
        const message = 'expected a signingSecret or a bearer, by which your server knows the bridge';
        context.addIssue({ code: 'custom', path: ['signingSecret'], message });
      },
      { when: areSound('signingSecret', 'bearer') },
    );
}

/** HMAC-SHA256 wants a key as long as its hash (RFC 7518, section 3.2). */
function longSecret() {
  return z
    .string()
    .refine(
      (key) => Buffer.byteLength(key) >= 32,
      'expected at least 32 characters: openssl rand -base64 48 makes 64',
    );
}

/** What is sent names visitors: it leaves the machine encrypted or not at all. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, hash } = new URL(address);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return hash === '' && (protocol === 'https:' || isHere);
}
