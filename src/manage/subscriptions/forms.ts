import * as z from 'zod/mini';
import { SECRET_ENCODINGS, type SecretEncoding } from '../../domain/connection.ts';
import type { FieldError } from '../../domain/delivery.ts';
import type { Filter, Signature } from '../../domain/subscription.ts';
import { MOST_HEADERS, wrongHeader } from '../../domain/target-headers.ts';
import { imported, isBase64, ofTenant, oneOf, ROTATION } from '../forms.ts';
import { name, SETTINGS } from './fields.ts';

const SECRET = { secret: imported, secret_encoding: z.optional(oneOf(SECRET_ENCODINGS)) };

/** `POST /subscriptions`. */
export const newSubscriptionForm = (tenant: string) =>
  z.strictObject({
    ...ofTenant(tenant),
    kind: z.optional(z.literal('https', 'must be https, or be left out: there is no other kind yet')),
    ...SETTINGS,
    ...SECRET,
    name,
    url: z.string('is required: the URL of the target as text, such as https://hooks.example.com/jira'),
  });

const fixed = z.optional(z.never('cannot be changed: make a new subscription, and remove this one'));

const byItself = (how: string) =>
  z.optional(z.never(`is not changed here: use POST /subscriptions/{id}/${how}`));

/** `PATCH /subscriptions/{id}`. */
export const changeForm = z.strictObject({
  tenant_id: fixed,
  kind: fixed,
  status: byItself('pause or /resume'),
  secret: byItself('rotate'),
  secret_encoding: byItself('rotate'),
  ...SETTINGS,
  name: z.optional(name),
});

/** `POST /subscriptions/{id}/rotate`. */
export const rotateForm = (tenant: string) => z.strictObject({ ...ofTenant(tenant), ...ROTATION, ...SECRET });

/** `POST /subscriptions/{id}/match`. */
export const matchForm = (tenant: string) =>
  z.strictObject({
    ...ofTenant(tenant),
    event_id: z
      .string('must be the id of an event, such as evt_…')
      .check(z.regex(/^evt_[0-9a-f]{40}$/, 'must be the id of an event: evt_ and 40 digits')),
  });

export type NewSubscriptionForm = z.output<ReturnType<typeof newSubscriptionForm>>;
export type ChangeForm = z.output<typeof changeForm>;

/** Receivers of Standard Webhooks keep their keys in base64. */
const usualEncoding = (signature: Signature): SecretEncoding =>
  signature === 'standard' ? 'base64' : 'text';

type SecretForm = Pick<NewSubscriptionForm, 'secret' | 'secret_encoding'>;

/** Errors for a key although nothing is signed, or one that is not base64 although its encoding is. */
export const wrongSecret = (
  form: SecretForm,
  signature: Signature,
  encoding: SecretEncoding | null,
): FieldError[] => {
  if (signature === 'none')
    return (['secret', 'secret_encoding'] as const).flatMap((path) =>
      form[path] === undefined ? [] : [{ path, message: 'is only for a signature: leave it out' }],
    );
  const isWrong =
    form.secret !== undefined &&
    (encoding ?? usualEncoding(signature)) === 'base64' &&
    !isBase64(signature === 'standard' ? withoutPrefix(form.secret) : form.secret);
  return isWrong ? [{ path: 'secret', message: NOT_BASE64 }] : [];
};

/** The message for a key that is not valid base64. */
export const NOT_BASE64 =
  'must be base64 of at least 8 bytes, or send secret_encoding: text if its characters are the key';

/** Removes the prefix of keys in Standard Webhooks. */
const withoutPrefix = (text: string): string => text.replace(/^whsec_/, '');

const MOST_NAME = 64;

/** Errors for headers that may not be sent to a target. They quote no value, because it may be a token. */
export const wrongHeaders = (headers: Record<string, string>): FieldError[] => {
  const entries = Object.entries(headers);
  const wrong = entries.flatMap(([header, value]) => {
    const message = wrongHeader(header, value);
    return message === null ? [] : [{ path: `headers.${header.slice(0, MOST_NAME)}`, message }];
  });
  const once = new Set(entries.map(([header]) => header.toLowerCase()));
  if (once.size < entries.length)
    wrong.push({ path: 'headers', message: 'must have each name once, in whatever case' });
  if (entries.length > MOST_HEADERS)
    wrong.push({ path: 'headers', message: `must be at most ${MOST_HEADERS}` });
  return wrong;
};

/** The filter that matches every event. */
const EVERYTHING: Filter = {
  connections: [],
  sources: [],
  event_types: [],
  projects: [],
  issue_types: [],
  priorities: [],
  request_types: [],
  labels: [],
  changed_fields: [],
  except_actors: [],
};

/** The filter with the named lists replaced. */
export const filterWith = (named: ChangeForm['filter'] = {}, before: Filter = EVERYTHING): Filter => ({
  ...before,
  ...Object.fromEntries(Object.entries(named).filter(([, list]) => list !== undefined)),
});

/** Largest filter, in bytes of JSON, that fits into a row beside the rest. */
const MOST_FILTER = 50_000;

export const wrongFilter = (filter: Filter): FieldError[] =>
  Buffer.byteLength(JSON.stringify(filter)) > MOST_FILTER
    ? [{ path: 'filter', message: `must be at most ${MOST_FILTER} bytes: make several subscriptions` }]
    : [];
