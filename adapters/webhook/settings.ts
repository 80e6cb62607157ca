import { z } from 'zod';

/** Settings of one helpdesk of one's own, as they stand in the file beside what the core reads of every helpdesk. */
export const webhookSettings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .regex(/^[^#]*$/, 'expected a URL without fragment')
    .meta({
      description: 'where the helpdesk takes what visitors write',
      example: 'https://helpdesk.example.com/kefu',
    }),
  secret: secret().meta({
    description:
      'signs both ways (Standard Webhooks); one for each helpdesk: echo whsec_$(openssl rand -base64 32)',
    secret: true,
    example: `\${SHOP_WEBHOOK_SECRET}`,
  }),
  previousSecrets: z.array(secret()).default([]).meta({
    description: 'earlier secrets: calls are signed with them too, and callbacks by them still accepted',
    secret: true,
  }),
  callbackToleranceSec: wholeNumber(1, 86_400).default(300).meta({
    description: 'seconds that the webhook-timestamp of a callback may be off',
  }),
  timeoutMs: wholeNumber(100, 120_000).default(15_000).meta({
    description: 'milliseconds that one call may take',
  }),
  maxCallsPerSec: wholeNumber(1, 10_000).default(50).meta({
    description: 'calls a second, at most',
  }),
  forwardEvents: z.boolean().default(false).meta({
    description: 'forward also what visitors do without words, such as entering the chat',
  }),
  deliveryReports: z.boolean().default(false).meta({
    description: 'tell with bridge.message_delivered what WeChat has taken: one more call for each reply',
  }),
  receiptWithinSec: wholeNumber(1, 86_400).optional().meta({
    description:
      'seconds within which the helpdesk says message.shown; without it a message counts as unconfirmed',
    example: 60,
  }),
  defaultRating: z
    .array(
      z.strictObject({
        id: z.string().min(1, 'expected an id').meta({ description: 'what the helpdesk gets' }),
        label: z.string().min(1, 'expected a label').meta({ description: 'what the visitor reads' }),
      }),
    )
    .min(1, 'expected at least one grade')
    .default([
      { id: 'good', label: '满意' },
      { id: 'bad', label: '不满意' },
    ])
    .meta({ description: 'grades of a rating that is asked for without options' }),
});

export type WebhookSettings = z.output<typeof webhookSettings>;

/** Standard Webhooks 1.0.0, section on the signature scheme: 24 to 64 random bytes. */
function secret() {
  return z
    .string()
    .refine(
      isSecret,
      'expected whsec_ and then the base64 of 24 to 64 bytes: openssl rand -base64 32 makes 32',
    );
}

function isSecret(text: string): boolean {
  const [, base64] =
    /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? [];
  const { length } = Buffer.from(base64 ?? '', 'base64');
  return length >= 24 && length <= 64;
}

function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, error).max(most, error);
}
