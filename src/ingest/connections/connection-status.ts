import { toUtcIso } from '../../domain/instant.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import { jsonResponse } from '../../http/response.ts';
import type { Moment } from '../../platform/clock.ts';
import { type AdmitDeps, authenticate, claimOf } from './admit.ts';
import { answerRefused } from './refusals.ts';

type StatusDeps = AdmitDeps & { writes: { failedAt(): Moment | null } };

const SERVICE = 'jira-webhook-sync';

/**
 * `GET /webhooks/{connection_id}`: lets an admin try URL and secret without an event. It spends no rate, and answers for
 * a draft as well, from any address and agent: whoever sets up a sender may sit elsewhere.
 */
export const connectionStatus =
  (deps: StatusDeps): RouteHandler =>
  async (request, connectionId, run) => {
    await deps.rows.fresh(connectionId, run.signal);
    const admission = await authenticate(deps, claimOf(request), connectionId, run);
    if (!admission.admitted) return answerRefused(admission.refusal, run).response;
    const { connection_id, status: connection_status, last_received_ms } = admission.row;
    const isHealthy = deps.writes.failedAt() === null;
    return jsonResponse(isHealthy ? 200 : 503, {
      status: isHealthy ? 'healthy' : 'failing',
      service: SERVICE,
      connection_id,
      connection_status,
      last_received_at: last_received_ms === null ? null : toUtcIso(last_received_ms),
      targets: [],
    });
  };
