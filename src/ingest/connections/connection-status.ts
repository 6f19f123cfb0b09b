import pMap from 'p-map';
import type { Connection } from '../../domain/connection.ts';
import { LAST_INSTANT_MS, toUtcIso } from '../../domain/instant.ts';
import type { Subscription } from '../../domain/subscription.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { Run } from '../../http/request.ts';
import { type HttpResponse, jsonResponse } from '../../http/response.ts';
import type { Moment } from '../../platform/clock.ts';
import type { Count } from '../../platform/metrics.ts';
import type { Table } from '../../store/calls/table.ts';
import { countDue } from '../../store/executions/due.ts';
import { listSubscriptions, type SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { type AdmitDeps, authenticate, claimOf, type Refusal } from './admit.ts';
import { answerRefused } from './refusals.ts';

type StatusDeps = AdmitDeps & {
  writes: { failedAt(): Moment | null };
  count: Count;
  /** Where events of a connection are sent. */
  targetsOf: TargetsOf;
};

const SERVICE = 'jira-webhook-sync';

/**
 * `GET /webhooks/{connection_id}`: lets an admin test URL and secret without an event. It does not count towards the
 * rate, and also works for a draft and from any address and user agent, because an admin may not work on the sender's
 * host. An unknown connection or a wrong credential is refused and counted as in a delivery, because secrets could be
 * guessed here too.
 */
export const connectionStatus =
  (deps: StatusDeps): RouteHandler =>
  async (request, connectionId, run) => {
    await deps.rows.fresh(connectionId, run.signal);
    const admission = await authenticate(deps, claimOf(request), connectionId, run);
    if (!admission.admitted) return refused(deps, admission.refusal, run);
    const { connection_id, status: connection_status, last_received_ms } = admission.row;
    const targets = await deps.targetsOf(admission.row, run.signal);
    const isHealthy = deps.writes.failedAt() === null;
    return jsonResponse(isHealthy ? 200 : 503, {
      status: isHealthy ? 'healthy' : 'failing',
      service: SERVICE,
      connection_id,
      connection_status,
      last_received_at: last_received_ms === null ? null : toUtcIso(last_received_ms),
      targets,
    });
  };

const refused = ({ count }: StatusDeps, refusal: Refusal, run: Run): HttpResponse => {
  const answer = answerRefused(refusal, run);
  if (answer.count) count(answer.count);
  return answer.response;
};

/** A target of a connection's events, with what a holder of the connection's credential may see. */
type TargetOfConnection = {
  name: string;
  /** `https://host/…` */
  url: string;
  status: SubscriptionRow['status'];
  /** Executions of the whole subscription that have not ended; counted up to 1,000. */
  waiting: number;
};

export type TargetsOf = (connection: Connection, signal: AbortSignal) => Promise<TargetOfConnection[]>;

const MOST_COUNTED = 1_000;

/** Subscriptions counted in parallel. */
const AT_A_TIME = 4;

/** The targets of subscriptions whose filter accepts this connection and its kind; other filters are ignored. */
export const targetsIn =
  (table: Table): TargetsOf =>
  async (connection, signal) => {
    const tenant = connection.tenant_id;
    const targets: TargetOfConnection[] = [];
    for await (const rows of listSubscriptions({ table, tenant, newSignal: () => signal })) {
      const own = rows.filter((row) => row.status !== 'deleted' && takesFrom(row, connection));
      const toTarget = async (row: SubscriptionRow): Promise<TargetOfConnection> => {
        const asked = { now_ms: LAST_INSTANT_MS, most: MOST_COUNTED };
        const { waiting } = await countDue({ table, tenant, signal }, row.subscription_id, asked);
        return { name: row.name, url: row.target.shown_url, status: row.status, waiting };
      };
      targets.push(...(await pMap(own, toTarget, { concurrency: AT_A_TIME })));
    }
    return targets;
  };

const takesFrom = ({ filter }: Subscription, { connection_id, kind }: Connection): boolean =>
  hasOrAll(filter.connections, connection_id) && hasOrAll(filter.sources, kind);

const hasOrAll = (wanted: readonly string[], one: string): boolean =>
  wanted.length === 0 || wanted.includes(one);
