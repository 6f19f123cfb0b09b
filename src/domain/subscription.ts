import { randomBytes } from 'node:crypto';
import type { Breaker } from './breaker.ts';
import type { Credential } from './connection.ts';

/** What to look for in an event. An empty list asks for nothing; an event that does not say what one asks for is none. */
export type Filter = {
  connections: string[];
  sources: string[];
  /** `*` at the end stands for anything. */
  event_types: string[];
  projects: string[];
  issue_types: string[];
  priorities: string[];
  request_types: string[];
  labels: string[];
  changed_fields: string[];
  /** Account ids whose changes are left out: an agent must not wake itself. */
  except_actors: string[];
};

export const FORMATS = ['event', 'raw'] as const;
export const SIGNATURES = ['standard', 'hub-sha256', 'none'] as const;
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export const RETRIES = ['default', 'standard'] as const;

/** In which order what waits is sent. */
export type Priority = (typeof PRIORITIES)[number];
export type Format = (typeof FORMATS)[number];
export type Signature = (typeof SIGNATURES)[number];
export type Retry = (typeof RETRIES)[number];

/** What people decide of a subscription and may read again. */
export type SubscriptionSettings = {
  name: string;
  filter: Filter;
  format: Format;
  signature: Signature;
  priority: Priority | 'by_issue';
  concurrency: number;
  rate_per_second: number | null;
  timeout_seconds: number;
  retry: Retry;
};

/** Where it is sent and with which headers: secrets, because both may hold a token. */
export type Target = { url: string; headers: Record<string, string> };

/** A target as the row keeps it: JSON encrypted under a key made of a master, base64; and what may be shown of it. */
export type SealedTarget = {
  version: number;
  master: number;
  sealed: string;
  /** `https://host/…` */
  shown_url: string;
  header_names: string[];
};

/** Which events of a tenant go to one target. */
export type Subscription = SubscriptionSettings & {
  subscription_id: string;
  tenant_id: string;
  kind: 'https';
  target: SealedTarget;
  /** The signing key: never a digest; null where nothing is signed. */
  current: Credential | null;
  /** Signs too until `previous_until_ms` (exclusive). */
  previous: Credential | null;
  previous_until_ms: number | null;
  /** Events received before are not its: neither a sweep nor a replay sends history. */
  matches_since_ms: number;
  rev: number;
  created_ms: number;
  updated_ms: number;
  updated_by: string;
};

/**
 * How its target is doing: written by the lane and by people who pause, resume or delete it. `state_rev` rises with each
 * write, and is not `rev`.
 */
export type SubscriptionState = Breaker & {
  status_reason: string | null;
  status_ms: number;
  state_rev: number;
};

/** `sub_` and 128 random bits. */
export const newSubscriptionId = (): string => `sub_${randomBytes(16).toString('base64url')}`;

/** True for text of the form `newSubscriptionId` makes. */
export const isSubscriptionId = (text: string): boolean => /^sub_[A-Za-z0-9_-]{22}$/.test(text);
