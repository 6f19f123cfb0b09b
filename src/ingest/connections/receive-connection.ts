import { connectionEventId, executionId, sha256Hex } from '../../domain/event-id.ts';
import type { ConnectionKind } from '../../domain/source.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { HttpResponse } from '../../http/response.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Count } from '../../platform/metrics.ts';
import { CONNECTION_SENDERS } from '../../senders/registry.ts';
import type { ConnectionRow } from '../../store/connections/connection-row.ts';
import type { RowCache } from '../../store/connections/row-cache.ts';
import type { NoteUse } from '../../store/connections/use.ts';
import type { EventStore } from '../../store/events/put-event.ts';
import { readDeliveryHeaders } from '../delivery-headers.ts';
import { countTaken, refuseLarge } from '../receive.ts';
import { answerLogged, answerTaken, countDelivery, type DeliveryLine, emptyLine } from '../report.ts';
import { type Received, type Taken, takeRead } from '../take.ts';
import { type Admission, type AdmitDeps, admit, claimOf } from './admit.ts';
import { keptQuery, withoutToken } from './query.ts';
import { OTHER_SITE, type ReadThrough, readThrough, type SaidBeside, saidBeside } from './read-through.ts';
import { answerRefused } from './refusals.ts';

export type ConnectionDeps = AdmitDeps &
  TakeThroughDeps & {
    max_body_bytes: number;
    quarantineAlarm: { count(): void };
    count: Count;
  };

/**
 * `POST /webhooks/{connection_id}`: checks size, connection, credential, agent, address, rate and status, then reads
 * the body. Answers follow the same rules as those of built-in webhooks. Always logs exactly one line.
 */
export const receiveThrough =
  (deps: ConnectionDeps): RouteHandler =>
  async (request, connectionId, run) => {
    const line = emptyLine(null);
    line.through = { connection_id: connectionId };
    const response = await answerLogged(deps, run, line, () => take(deps, request, connectionId, run, line));
    // A wrong credential has its own metric, apart from refused signatures of built-in webhooks.
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

/**
 * Explains a body that was quarantined because it is not JSON: by what was found in it, else by the sender's usual
 * cause.
 */
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

type TakeThroughDeps = { events: EventStore; rows: RowCache; noteUse: NoteUse; log: Logger };

/** A delivery that its connection takes; `version`: of the secret that matched. */
type Admitted = { row: ConnectionRow; version: number; request: HttpRequest; body: Uint8Array };

/**
 * Stores a body that came through a connection and, in parallel, when the connection was last used.
 * @throws UnavailableError when a write is not durable; the sender must retry
 */
const takeThrough = async (
  deps: TakeThroughDeps,
  admitted: Admitted,
  run: Run,
): Promise<{ taken: Taken; warnings: string[] }> => {
  const { row, version, body } = admitted;
  const delivered = toDelivered(admitted, run);
  const { read, warnings } = await readByRow(deps, admitted, saidBeside(delivered), run);
  const received: Received = { body, delivered: { ...delivered, ...kept(warnings) }, read };
  const [taken] = await Promise.all([
    takeRead(deps, received, run),
    deps.noteUse(row, { what: 'received', version }, run.signal),
  ]);
  return { taken, warnings };
};

const kept = (warnings: string[]) => (warnings.length > 0 ? { warnings } : {});

/** Reads the row again before the rules refuse a body: they may have changed, and senders do not retry a refusal. */
const readByRow = async (
  { rows }: TakeThroughDeps,
  { row, body }: Admitted,
  said: SaidBeside,
  { received_ms, signal }: Run,
): Promise<ReadThrough> => {
  const known = readThrough(row, said, body, received_ms);
  const isDoubtful =
    known.warnings.includes(OTHER_SITE) ||
    (known.read.kind === 'refused' && known.read.problem.type === 'project-not-allowed');
  if (!isDoubtful) return known;
  const fresh = await rows.fresh(row.connection_id, signal);
  return fresh === null || fresh === row ? known : readThrough(fresh, said, body, received_ms);
};

const toDelivered = ({ row, version, request, body }: Admitted, run: Run): Received['delivered'] => {
  const { identifier, event_name, headers } = readDeliveryHeaders(row.kind, request.headers, row.header_name);
  const bodySha256 = sha256Hex(body);
  // Only automation names the event in its query.
  const isNamedByQuery = row.kind === 'automation';
  const query = isNamedByQuery ? withoutToken(request.raw_query) : '';
  return {
    tenant: row.tenant_id,
    source: row.kind,
    event_id: connectionEventId(row, bodySha256, query),
    event_name,
    secret: `v${version}`,
    connection_id: row.connection_id,
    headers,
    idempotency_key: identifier ?? bodySha256,
    received_ms: run.received_ms,
    ...(isNamedByQuery ? { query: keptQuery(request.raw_query) } : {}),
  };
};
