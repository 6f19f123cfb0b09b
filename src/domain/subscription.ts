import { randomBytes } from 'node:crypto';
import type { Breaker } from './breaker.ts';
import type { Credential } from './connection.ts';

/** Which events match. An empty list matches all; an event without the value that a list asks for does not match. */
export type Filter = {
  connections: string[];
  sources: string[];
  /** A trailing `*` matches anything. */
  event_types: string[];
  projects: string[];
  issue_types: string[];
  priorities: string[];
  request_types: string[];
  labels: string[];
  changed_fields: string[];
  /** Account ids whose events do not match, so that an agent is not triggered by its own changes. */
  except_actors: string[];
};

export const FORMATS = ['event', 'raw'] as const;
export const SIGNATURES = ['standard', 'hub-sha256', 'none'] as const;
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export const RETRIES = ['default', 'standard'] as const;

/** Decides the order in which queued executions are sent. */
export type Priority = (typeof PRIORITIES)[number];
export type Format = (typeof FORMATS)[number];
export type Signature = (typeof SIGNATURES)[number];
export type Retry = (typeof RETRIES)[number];

/** The settings of a subscription that people choose, except the target, whose secrets are never shown. */
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

/** URL and headers of the target. Both may hold a token, so both are secret. */
export type Target = { url: string; headers: Record<string, string> };

/** A target as the row stores it: JSON encrypted under a key derived from a master, base64; and what may be shown. */
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
  /** The signing key: never a digest; null if none was made yet. */
  current: Credential | null;
  /** Also signs, until `previous_until_ms` (exclusive). */
  previous: Credential | null;
  previous_until_ms: number | null;
  /** Events received earlier do not match: neither a sweep nor a replay sends history. */
  matches_since_ms: number;
  rev: number;
  created_ms: number;
  updated_ms: number;
  updated_by: string;
};

/**
 * The state of the target, written by the lane and by people who pause, resume or delete it. Each write increments
 * `state_rev`, which is separate from `rev`.
 */
export type SubscriptionState = Breaker & {
  status_reason: string | null;
  status_ms: number;
  state_rev: number;
};

/** `sub_` and 128 random bits. */
export const newSubscriptionId = (): string => `sub_${randomBytes(16).toString('base64url')}`;

/** True for text of the form that `newSubscriptionId` returns. */
export const isSubscriptionId = (text: string): boolean => /^sub_[A-Za-z0-9_-]{22}$/.test(text);
