import { randomBytes } from 'node:crypto';
import type { ConnectionKind } from './source.ts';

/** How a sender proves that it sent a body: an HMAC over its bytes, or a secret of ours in a header or the URL. */
export const CONNECTION_AUTHS = ['signature', 'header', 'url'] as const;
export type ConnectionAuth = (typeof CONNECTION_AUTHS)[number];

export const CONNECTION_STATUSES = ['draft', 'active', 'disabled'] as const;
export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

/**
 * One version of a connection's secret, as the row stores it. `derived`: derived from a master when needed. `sealed`:
 * an imported key, encrypted under a key derived from a master; base64. `digest`: only the SHA-256 of a generated
 * secret, hex. `encoding`: whether the HMAC key is the text shown, or the bytes that its base64 decodes to.
 */
export type Credential =
  | { from: 'derived'; version: number; master: number; encoding: SecretEncoding }
  | { from: 'sealed'; version: number; master: number; encoding: SecretEncoding; sealed: string }
  | { from: 'digest'; version: number; sha256: string };

export const SECRET_ENCODINGS = ['text', 'base64'] as const;
export type SecretEncoding = (typeof SECRET_ENCODINGS)[number];

/** The settings of a connection that people choose. An empty list allows everything. */
export type ConnectionSettings = {
  name: string;
  /** Only with `header` auth. */
  header_name: string | null;
  site_url: string | null;
  site_hosts: string[];
  project_keys: string[];
  allowed_cidrs: string[];
  user_agent_prefix: string | null;
  rate: { per_minute: number } | null;
  default_event_type: string | null;
};

/** One sender that may deliver. Its row alone decides tenant, kind and credential. Instants in epoch milliseconds. */
export type Connection = ConnectionSettings & {
  connection_id: string;
  tenant_id: string;
  kind: ConnectionKind;
  auth: ConnectionAuth;
  status: ConnectionStatus;
  status_reason: string | null;
  status_ms: number;
  /** `previous` verifies until `previous_until_ms` (exclusive). */
  current: Credential;
  previous: Credential | null;
  previous_until_ms: number | null;
  /** When the current version was created; a secret older than 90 days raises a warning. */
  secret_made_ms: number;
  rev: number;
  created_ms: number;
  updated_ms: number;
  updated_by: string;
};

/** The fields of a connection's row that deliveries update, without raising `rev`. */
export type ConnectionUse = {
  last_received_ms: number | null;
  last_refused_ms: number | null;
  /** When the current secret was last used. */
  last_used_ms: number | null;
};

/** `con_` and 128 random bits. */
export const newConnectionId = (): string => `con_${randomBytes(16).toString('base64url')}`;

/** True for text of the form that `newConnectionId` returns. */
export const isConnectionId = (text: string): boolean => /^con_[A-Za-z0-9_-]{22}$/.test(text);

/** The header that holds the secret of `header` auth: the configured one, or the default of the kind. */
export const secretHeader = ({ kind, header_name }: Pick<Connection, 'kind' | 'header_name'>): string =>
  header_name ?? (kind === 'gitlab' ? 'X-Gitlab-Token' : 'X-Webhook-Secret');
