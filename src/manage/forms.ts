import * as z from 'zod/mini';
import { CONNECTION_AUTHS, type ConnectionAuth, SECRET_ENCODINGS } from '../domain/connection.ts';
import type { FieldError } from '../domain/delivery.ts';
import { CONNECTION_KINDS, type ConnectionKind, isCommitSource } from '../domain/source.ts';
import { line, SETTINGS } from './fields.ts';

/** One of these values, in exactly this spelling. */
export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const flag = z.optional(z.boolean('must be true or false'));

const MOST_GRACE_HOURS = 720;
const GRACE = `must be a whole number from 0 to ${MOST_GRACE_HOURS}: for so many hours the secret until now is good too`;

/** How long the old secret stays valid after a rotation. */
const graceHours = z._default(
  z.int(GRACE).check(z.minimum(0, GRACE), z.maximum(MOST_GRACE_HOURS, GRACE)),
  24,
);

/** A key made by the other side: any characters except control characters. */
export const imported = z.optional(
  z
    .string('must be the key as text')
    .check(
      z.refine(
        (text) => text.length >= 8 && text.length <= 1_024 && !/[\p{Cc}\p{Cs}]/u.test(text),
        'must be 8 to 1024 characters, none of them a control character',
      ),
    ),
);

const SECRET = { secret_encoding: z.optional(oneOf(SECRET_ENCODINGS)), imported };

/** Fields of every rotation of a secret. */
export const ROTATION = { grace_hours: graceHours, force: flag };

/** The path decides the tenant; a body may repeat it. */
export const ofTenant = (tenant: string) => ({
  tenant_id: z.optional(
    z.literal(
      tenant,
      `must be ${tenant}, the tenant of the path, or be left out: /t/{tenant} names another one`,
    ),
  ),
});

/** `POST /connections`. */
export const newConnectionForm = (tenant: string) =>
  z.strictObject({
    ...ofTenant(tenant),
    name: line(100),
    kind: oneOf(CONNECTION_KINDS),
    auth: z.optional(oneOf(CONNECTION_AUTHS)),
    status: z.optional(oneOf(['draft', 'active'])),
    ...SECRET,
    ...SETTINGS,
  });

const fixed = z.optional(
  z.never('cannot be changed: make a new connection, move the sender to its URL, and remove this one'),
);

const byItself = (how: string) =>
  z.optional(z.never(`is not changed here: use POST /connections/{id}/${how}`));

/** `PATCH /connections/{id}`. */
export const changeForm = z.strictObject({
  tenant_id: fixed,
  kind: fixed,
  auth: fixed,
  status: byItself('activate or /disable'),
  secret: byItself('rotate'),
  name: z.optional(line(100)),
  ...SETTINGS,
});

/** `POST /connections/{id}/rotate`. */
export const rotateForm = (tenant: string) =>
  z.strictObject({
    ...ofTenant(tenant),
    ...ROTATION,
    ...SECRET,
  });

/** `POST /connections/{id}/activate` and `/disable`. */
export const statusForm = (tenant: string) =>
  z.strictObject({ ...ofTenant(tenant), reason: z.optional(z.nullable(line(500))) });

/** The form of requests without fields. */
export const emptyForm = (tenant: string) => z.strictObject(ofTenant(tenant));

export type NewConnectionForm = z.output<ReturnType<typeof newConnectionForm>>;
export type ChangeForm = z.output<typeof changeForm>;
type Settings = Pick<NewConnectionForm, keyof typeof SETTINGS>;
type SecretForm = Pick<NewConnectionForm, 'secret_encoding' | 'imported'>;

/** The default: GitLab sends its token instead of a signature, and Automation cannot sign. */
export const usualAuth = (kind: ConnectionKind): ConnectionAuth =>
  kind === 'gitlab' || kind === 'automation' ? 'header' : 'signature';

type Together = { kind: ConnectionKind; auth: ConnectionAuth };

/** Errors for fields that have no effect with this kind and credential: a caller who sets one expects an effect. */
export const misplacedFields = (
  form: Partial<Settings> & SecretForm,
  { kind, auth }: Together,
): FieldError[] => {
  const wrong: [applies: boolean, path: string, message: string][] = [
    [
      auth === 'url' && isCommitSource(kind),
      'auth',
      'must be signature or header: url is for jira and automation',
    ],
    [auth !== 'header' && form.header_name != null, 'header_name', 'is only for auth header: leave it out'],
    [
      auth !== 'signature' && form.imported !== undefined,
      'imported',
      'is only for auth signature: leave it out',
    ],
    [
      auth !== 'signature' && form.secret_encoding !== undefined,
      'secret_encoding',
      'is only for auth signature: leave it out',
    ],
    [
      form.imported !== undefined && form.secret_encoding === 'base64' && !isBase64(form.imported),
      'imported',
      'must be base64 of at least 8 bytes, since secret_encoding says so',
    ],
    ...OF_JIRA.map((name): [boolean, string, string] => [
      isCommitSource(kind) && isSet(form[name]),
      name,
      'is only for the kinds jira and automation: leave it out',
    ]),
  ];
  return wrong.flatMap(([applies, path, message]) => (applies ? [{ path, message }] : []));
};

const OF_JIRA = ['site_url', 'site_hosts', 'project_keys', 'default_event_type'] as const;

const isSet = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;

/** True for base64 of at least 8 bytes. */
export const isBase64 = (text: string): boolean =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) && text.length >= 12;
