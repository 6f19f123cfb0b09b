import type { JsonObject } from '../../../src/domain/json.ts';

/** One webhook as the server keeps it. */
export type Kept = { id: number; body: JsonObject; secret: string | null };

const HIDDEN = ['secret', 'id', 'self'];

const without = (body: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

const secretIn = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

const configurationOf = ({ configuration }: JsonObject): JsonObject =>
  typeof configuration === 'object' && configuration !== null && !Array.isArray(configuration)
    ? configuration
    : {};

/** What one kind of server makes of a webhook. */
export type Dialect = {
  path: string;
  take(id: number, body: JsonObject, before: Kept | null): Kept;
  show(kept: Kept, url: string): JsonObject;
  isOn(kept: Kept): boolean;
};

const CLASSIC_PATH = '/rest/webhooks/1.0/webhook';

const showClassic = ({ id, body }: Kept, url: string): JsonObject => ({
  description: '',
  enabled: true,
  excludeBody: false,
  filters: {},
  ...without(body, HIDDEN),
  self: `${url}${CLASSIC_PATH}/${id}`,
  lastUpdated: 1_764_403_200_000,
  lastUpdatedUser: 'admin',
});

const isEnabled = ({ body }: Kept): boolean => body.enabled !== false;

/** A PUT without a secret keeps it; a secret is never shown. */
export const CLOUD: Dialect = {
  path: CLASSIC_PATH,
  take: (id, body, before) => ({ id, body, secret: secretIn(body.secret) ?? before?.secret ?? null }),
  show: (kept, url) => ({ ...showClassic(kept, url), isSigned: kept.secret !== null }),
  isOn: isEnabled,
};

/** Secrets are ignored without a word. */
export const BEFORE_10: Dialect = {
  path: CLASSIC_PATH,
  take: (id, body) => ({ id, body, secret: null }),
  show: showClassic,
  isOn: isEnabled,
};

/** A secret counts in `configuration` only; at the top level it is ignored without a word. PUT replaces all. */
export const DATA_CENTER: Dialect = {
  path: '/rest/jira-webhook/1.0/webhooks',
  take: (id, body) => ({ id, body, secret: secretIn(configurationOf(body).SECRET) }),
  show: ({ id, body }) => ({
    active: true,
    configuration: {},
    scopeType: 'global',
    sslVerificationRequired: true,
    ...without(body, HIDDEN),
    id,
    createdDate: 1_764_403_200_000,
    updatedDate: 1_764_403_200_000,
    statistics: {},
  }),
  isOn: ({ body }) => body.active !== false,
};
