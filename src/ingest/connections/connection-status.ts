import { toUtcIso } from '../../domain/instant.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { Run } from '../../http/request.ts';
import { type HttpResponse, jsonResponse } from '../../http/response.ts';
import type { Moment } from '../../platform/clock.ts';
import type { Count } from '../../platform/metrics.ts';
import { type AdmitDeps, authenticate, claimOf, type Refusal } from './admit.ts';
import { answerRefused } from './refusals.ts';
import type { TargetsOf } from './targets.ts';

type StatusDeps = AdmitDeps & {
  writes: { failedAt(): Moment | null };
  count: Count;
  /** Where events of a connection are sent. */
  targetsOf: TargetsOf;
};

const SERVICE = 'jira-webhook-sync';

/**
 * `GET /webhooks/{connection_id}`: lets an admin try URL and secret without an event. It spends no rate, and answers for
 * a draft as well, from any address and agent: whoever sets up a sender may sit elsewhere. It refuses what a delivery is
 * refused for, and that counts the same: secrets could be tried here too.
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
