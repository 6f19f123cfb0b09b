import type { BlockList } from 'node:net';
import { cidrs } from '../../contract/env-values.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { Clock } from '../../platform/clock.ts';
import { CONNECTION_SENDERS } from '../../senders/registry.ts';
import type { ConnectionRow } from '../../store/connections/connection-row.ts';
import type { RowCache } from '../../store/connections/row-cache.ts';
import { verifyConnection } from '../../verify/connection-verifier.ts';
import type { MasterSource } from '../../verify/master-cache.ts';
import { isAllowedAddress } from '../../verify/verify-delivery.ts';
import { tokenIn } from './query.ts';
import type { Rates } from './rates.ts';

export type AdmitDeps = {
  rows: RowCache;
  masters: MasterSource;
  rates: Rates;
  /** Applies to connections without allowed addresses of their own. */
  allowed: BlockList | undefined;
  clock: Clock;
};

/** Why a delivery is refused, with the details for the answer or the log line. */
export type Refusal =
  | { type: 'unknown' }
  | { type: 'unavailable' | 'user-agent-refused' | 'address-refused' }
  | { type: 'credential-refused'; credential: 'absent' | 'wrong' }
  | { type: 'connection-inactive'; reason: string }
  | { type: 'rate-exceeded'; retry_after: number };

/** `row`: the connection's row, null if there is none; `version`: of the secret that matched. */
export type Admission =
  | { admitted: true; row: ConnectionRow; version: number }
  | { admitted: false; row: ConnectionRow | null; refusal: Refusal };

/** A delivery to authenticate. Its body is decoded only once its connection is found, and only once. */
export type Claim = { request: HttpRequest; body(): Uint8Array };

export const claimOf = (request: HttpRequest): Claim => {
  let bytes: Uint8Array | undefined;
  return { request, body: () => (bytes ??= request.readBody()) };
};

/**
 * Checks whether a connection takes this delivery: credential, agent, address, rate and status, in this order.
 * @throws UnavailableError when its row cannot be read
 */
export const admit = async (deps: AdmitDeps, claim: Claim, id: string, run: Run): Promise<Admission> => {
  const judged = await withFreshRow(deps, id, run, (row) => judge(deps, claim, row));
  return isAuthenticated(judged) ? withinRate(deps, judged, run) : judged;
};

/** Checks the credential and nothing else. @throws UnavailableError when the row cannot be read */
export const authenticate = (deps: AdmitDeps, claim: Claim, id: string, run: Run): Promise<Admission> =>
  withFreshRow(deps, id, run, (row) => judgeCredential(deps, claim, row));

/**
 * No refusal is based on a cached row, nor is a 503 because of its master: before either, the row is read again, unless
 * it was read a moment ago.
 */
const withFreshRow = async (
  { rows }: AdmitDeps,
  id: string,
  { signal }: Run,
  judgeRow: (row: ConnectionRow | null) => Promise<Admission>,
): Promise<Admission> => {
  const known = await rows.get(id, signal);
  const judged = await judgeRow(known);
  if (judged.admitted) return judged;
  const fresh = await rows.fresh(id, signal);
  return fresh === known ? judged : judgeRow(fresh);
};

const judgeCredential = async (
  { masters, clock }: AdmitDeps,
  { request, body }: Claim,
  row: ConnectionRow | null,
): Promise<Admission> => {
  if (row === null) return { admitted: false, row, refusal: { type: 'unknown' } };
  const { scheme } = CONNECTION_SENDERS[row.kind];
  const query = tokenIn(request.raw_query);
  const claimed = { connection: row, headers: request.headers, query, body: body(), scheme };
  const verdict = await verifyConnection(claimed, masters, clock());
  if (verdict.outcome === 'verified') return { admitted: true, row, version: verdict.version };
  if (verdict.outcome === 'unavailable') return refuse(row, { type: 'unavailable' });
  return refuse(row, { type: 'credential-refused', credential: verdict.credential });
};

const judge = async (deps: AdmitDeps, claim: Claim, row: ConnectionRow | null): Promise<Admission> => {
  const judged = await judgeCredential(deps, claim, row);
  if (!judged.admitted) return judged;
  const { headers, source_ip } = claim.request;
  const { user_agent_prefix, status, status_reason } = judged.row;
  if (!(headers.get('user-agent') ?? '').startsWith(user_agent_prefix ?? ''))
    return refuse(row, { type: 'user-agent-refused' });
  if (!isAllowedAddress(addressesOf(judged.row) ?? deps.allowed, source_ip))
    return refuse(row, { type: 'address-refused' });
  if (status === 'active') return judged;
  return refuse(row, { type: 'connection-inactive', reason: status_reason ?? REASONS[status] });
};

const REASONS = {
  draft: 'It is a draft: activate it once its sender is set up.',
  disabled: 'It was disabled.',
};

const refuse = (row: ConnectionRow | null, refusal: Refusal): Admission => ({
  admitted: false,
  row,
  refusal,
});

const lists = new WeakMap<readonly string[], BlockList>();

/** The connection's own addresses, parsed once for each row that was read; undefined if it has none. */
const addressesOf = ({ allowed_cidrs }: ConnectionRow): BlockList | undefined => {
  if (allowed_cidrs.length === 0) return undefined;
  const list = lists.get(allowed_cidrs) ?? cidrs.parse(allowed_cidrs.join(','));
  lists.set(allowed_cidrs, list);
  return list;
};

/**
 * True if the delivery counts towards the rate: credential, agent and address are right, even if the connection is
 * inactive.
 */
const isAuthenticated = (judged: Admission): judged is Admission & { row: ConnectionRow } =>
  judged.admitted || judged.refusal.type === 'connection-inactive';

/** Reads the row again before it refuses, so that a raised rate applies at once. */
const withinRate = async (
  { rates, rows }: AdmitDeps,
  judged: Admission & { row: ConnectionRow },
  { signal }: Run,
): Promise<Admission> => {
  const { row } = judged;
  const passage = await rates.take(row, signal);
  if (passage.passes) return judged;
  const fresh = await rows.fresh(row.connection_id, signal);
  const again = fresh === null || fresh === row ? passage : await rates.take(fresh, signal);
  if (again.passes) return judged;
  return refuse(row, { type: 'rate-exceeded', retry_after: again.retry_after });
};
