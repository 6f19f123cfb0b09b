import { executionId } from '../../domain/event-id.ts';
import type { ConnectionKind } from '../../domain/source.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { HttpResponse } from '../../http/response.ts';
import type { Count } from '../../platform/metrics.ts';
import { CONNECTION_SENDERS } from '../../senders/registry.ts';
import { countTaken, refuseLarge } from '../receive.ts';
import { answerLogged, answerTaken, countDelivery, type DeliveryLine, emptyLine } from '../report.ts';
import type { Taken } from '../take.ts';
import { type Admission, type AdmitDeps, admit, claimOf } from './admit.ts';
import { answerRefused } from './refusals.ts';
import { type TakeThroughDeps, takeThrough } from './take-through.ts';

export type ConnectionDeps = AdmitDeps &
  TakeThroughDeps & {
    max_body_bytes: number;
    quarantineAlarm: { count(): void };
    count: Count;
  };

/**
 * `POST /webhooks/{connection_id}`: size, connection, credential, address, rate and status, then the body. Answers follow
 * the rules of the built-in sources. Logs one line, whatever happens.
 */
export const receiveThrough =
  (deps: ConnectionDeps): RouteHandler =>
  async (request, connectionId, run) => {
    const line = emptyLine(null);
    line.through = { connection_id: connectionId };
    const response = await answerLogged(deps, run, line, () => take(deps, request, connectionId, run, line));
    // What fails its credential is counted apart from what fails a built-in source's.
    if (line.status !== 401) countDelivery(deps.count, line.source, line.status);
    return response;
  };

const take = async (
  deps: ConnectionDeps,
  request: HttpRequest,
  connectionId: string,
  run: Run,
  line: DeliveryLine,
): Promise<HttpResponse> => {
  const tooLarge = refuseLarge(deps, request, run, line);
  if (tooLarge) return tooLarge;
  const claim = claimOf(request);
  const admission = await admit(deps, claim, connectionId, run);
  noteConnection(line, admission);
  if (!admission.admitted) return refused(deps, admission, run, line);
  const { row, version } = admission;
  line.secret = `v${version}`;
  const { taken, warnings } = await takeThrough(deps, { row, version, request, body: claim.body() }, run);
  Object.assign(line, { event_id: taken.event_id, read: taken.read });
  countTaken(deps, taken);
  const { connection_id, tenant_id } = row;
  const added = { connection_id, tenant_id, warnings, execution_id: executionId(taken.event_id) };
  return answerTaken(taken, run, line, { taken: added, ...hintFor(row.kind, taken) });
};

/** For a body that was quarantined because it is no JSON: what was found in it, else what its sender has a setting for. */
const hintFor = (kind: ConnectionKind, taken: Taken): { hint?: string } =>
  taken.kind === 'quarantined' && taken.problem.status === 400
    ? { hint: taken.problem.hint ?? CONNECTION_SENDERS[kind].no_json }
    : {};

const noteConnection = (line: DeliveryLine, admission: Admission): void => {
  const { row } = admission;
  if (row === null) return;
  line.source = row.kind;
  line.through = { connection_id: row.connection_id, tenant_id: row.tenant_id };
};

const refused = async (
  { count, log, noteUse }: ConnectionDeps,
  { row, refusal }: Admission & { admitted: false },
  run: Run,
  line: DeliveryLine,
): Promise<HttpResponse> => {
  const answer = answerRefused(refusal, run);
  line.outcome = answer.outcome;
  if (refusal.type === 'credential-refused' && line.through) line.through.credential = refusal.credential;
  if (answer.count) count(answer.count);
  if (refusal.type === 'address-refused')
    log.error(
      { alarm: 'address-refused', run_id: run.run_id },
      'a delivery with the credential of its connection came from an address that is not allowed',
    );
  if (row && answer.response.statusCode !== 503) await noteUse(row, { what: 'refused' }, run.signal);
  return answer.response;
};
