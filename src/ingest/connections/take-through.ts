import { connectionEventId, sha256Hex } from '../../domain/event-id.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ConnectionRow } from '../../store/connections/connection-row.ts';
import type { RowCache } from '../../store/connections/row-cache.ts';
import type { NoteUse } from '../../store/connections/use.ts';
import type { EventStore } from '../../store/events/put-event.ts';
import { readDeliveryHeaders } from '../delivery-headers.ts';
import { type Received, type Taken, takeRead } from '../take.ts';
import { keptQuery, withoutToken } from './query.ts';
import { OTHER_SITE, type ReadThrough, readThrough, type SaidBeside, saidBeside } from './read-through.ts';

export type TakeThroughDeps = { events: EventStore; rows: RowCache; noteUse: NoteUse; log: Logger };

/** A delivery whose connection takes it; `version`: of the secret that was right. */
export type Admitted = { row: ConnectionRow; version: number; request: HttpRequest; body: Uint8Array };

/**
 * Takes in a body that came through a made connection. When it was last used is written beside it.
 * @throws UnavailableError when a write is not durable; the sender must retry
 */
export const takeThrough = async (
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

/** A body's rules may have been widened since the row was read, and a refusal is final for its sender. */
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
  // Only automation says in its query what a body is about.
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
