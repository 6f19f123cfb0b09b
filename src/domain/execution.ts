import { EXECUTION_OF_EVENT } from './event-id.ts';
import type { Priority } from './subscription.ts';

export const EXECUTION_STATUSES = ['queued', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** One event on its way to one target. */
export type Execution = {
  execution_id: string;
  tenant_id: string;
  event_id: string;
  subscription_id: string;
  issue_id: string | null;
  issue_key: string | null;
  event_type: string | null;
  priority: Priority;
  status: ExecutionStatus;
  /** Why it ended, or the error of the last attempt; null if there is none. */
  reason: string | null;
  /** Tries that count; a failed probe of an open target does not. */
  tries: number;
  /** Attempts stored, probes included: the next attempt has this number plus one. */
  attempts: number;
  /** Claims since an attempt was last stored. */
  claims: number;
  /** When it is due next: the next try if queued, the end of the claim if in progress; else null. */
  due_ms: number | null;
  created_ms: number;
  started_ms: number | null;
  completed_ms: number | null;
  /** The target's final answer. */
  result: ExecutionResult | null;
  /** The execution that this one repeats. */
  replay_of: string | null;
  /** ULID: the sort position within its day. */
  run_id: string;
  /** When its event was received. */
  received_ms: number;
  /** When the row expires, together with its event (epoch seconds). */
  expires_at: number;
  /** Incremented by each write. */
  rev: number;
};

/** At most 64 KB of the body, as text; bytes that are not UTF-8 are replaced. */
export type ExecutionResult = {
  status: number;
  content_type: string | null;
  body: string;
  truncated: boolean;
};

/** One request to the target, or what prevented it. */
export type Attempt = {
  /** From 1. */
  attempt: number;
  at_ms: number;
  duration_ms: number;
  /** Null without an answer. */
  status: number | null;
  /** Our description of the failure; null for a 2xx. */
  error: string | null;
  /** At most 4 KB. */
  response_headers: Record<string, string>;
  /** At most 8 KB. */
  response_body: string | null;
  /** A probe of an open target: if it fails, it does not count as a try of the execution. */
  is_probe: boolean;
};

const DIGITS = '[0-9a-f]{40}';
const REST = '[A-Za-z0-9_-]{22}';
const FULL = new RegExp(`^exe_(${DIGITS})_(${REST})(?:_r([1-9]\\d{0,5}))?$`);

/**
 * The identity of an execution, derived from event and subscription, so that concurrent runs create only one.
 * @param replay number of the repetition of a completed execution; 0 for the original
 */
export const executionIdOf = (eventId: string, subscriptionId: string, replay = 0): string =>
  `exe_${eventId.slice('evt_'.length)}_${subscriptionId.slice('sub_'.length)}${replay === 0 ? '' : `_r${replay}`}`;

/** The parts of an execution's id; null for text of another form. */
export const readExecutionId = (
  text: string,
): { event_id: string; subscription_id: string; replay: number } | null => {
  const [, digits, rest, replay = '0'] = FULL.exec(text) ?? [];
  if (digits === undefined || rest === undefined) return null;
  return { event_id: `evt_${digits}`, subscription_id: `sub_${rest}`, replay: Number(replay) };
};

/** The event whose executions the `execution_id` of a 202 stands for; null for text of another form. */
export const eventOfShortId = (text: string): string | null =>
  EXECUTION_OF_EVENT.test(text) ? `evt_${text.slice('exe_'.length)}` : null;
