import type { BlockList } from 'node:net';
import type { Source } from '../domain/source.ts';
import { notFound, type RouteHandler } from '../http/dispatch.ts';
import type { HttpRequest, Run } from '../http/request.ts';
import type { HttpResponse } from '../http/response.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Count } from '../platform/metrics.ts';
import type { EventStore } from '../store/events/put-event.ts';
import { isAllowedAddress, type Verdict, type Verifier } from '../verify/verify-delivery.ts';
import { readDeliveryHeaders } from './delivery-headers.ts';
import { answerLogged, answerTaken, countDelivery, type DeliveryLine, emptyLine, refuse } from './report.ts';
import { type Taken, takeBody } from './take.ts';

type ReceiveDeps = {
  tenant: string;
  source: Source;
  verifier: Verifier;
  events: EventStore;
  allowed: BlockList | undefined;
  max_body_bytes: number;
  quarantineAlarm: { count(): void };
  count: Count;
  clock: Clock;
  log: Logger;
};

/**
 * `POST /webhooks/{source}`: checks size, signature and address, then reads the body. Answers follow Jira's retry
 * rules: 503 if a retry may succeed, 4xx if it never will, 2xx once the delivery is durable. Always logs exactly one
 * line.
 */
export const receiveDelivery =
  (deps: ReceiveDeps): RouteHandler =>
  async (request, _argument, run) => {
    const line = emptyLine(deps.source);
    const response = await answerLogged(deps, run, line, () => take(deps, request, run, line));
    countDelivery(deps.count, deps.source, line.status);
    return response;
  };

const take = async (
  deps: ReceiveDeps,
  request: HttpRequest,
  run: Run,
  line: DeliveryLine,
): Promise<HttpResponse> => {
  const absent = await absence(deps, request, run, line);
  if (absent) return absent;
  const tooLarge = refuseLarge(deps, request, run, line);
  if (tooLarge) return tooLarge;
  const body = request.readBody();
  const verdict = await deps.verifier.verify(request.headers, body);
  const refused = refusal(deps, request, verdict, run, line);
  if (refused) return refused;
  const sent = { ...readDeliveryHeaders(deps.source, request.headers), secret: line.secret };
  const taken = await takeBody(deps, body, sent, run);
  Object.assign(line, { event_id: taken.event_id, read: taken.read });
  countTaken(deps, taken);
  return answerTaken(taken, run, line);
};

/** Null when the body is within the limit, which is checked without decoding it. */
export const refuseLarge = (
  { log, max_body_bytes }: Pick<ReceiveDeps, 'log' | 'max_body_bytes'>,
  { body_bytes: bytes }: HttpRequest,
  run: Run,
  line: DeliveryLine,
): HttpResponse | null => {
  if (bytes <= max_body_bytes) return null;
  log.error({ alarm: 'body-too-large', run_id: run.run_id, bytes }, 'a body was refused unread');
  return refuse('body-too-large', run, line);
};

/** Null when the delivery may proceed. The address is checked only here, once the signature has been verified. */
const refusal = (
  deps: ReceiveDeps,
  request: HttpRequest,
  verdict: Verdict,
  run: Run,
  line: DeliveryLine,
): HttpResponse | null => {
  const allowed = isAllowedAddress(deps.allowed, request.source_ip);
  if (verdict.outcome === 'unavailable') return refuse('temporarily-unavailable', run, line);
  if (verdict.outcome === 'refused')
    return refuse(allowed ? 'signature-refused' : 'address-not-allowed', run, line);
  line.secret = verdict.secret;
  if (allowed) return null;
  deps.count('AddressesRefused');
  deps.log.error(
    { alarm: 'address-refused', run_id: run.run_id },
    'a signed delivery came from outside ALLOWED_CIDRS',
  );
  return refuse('temporarily-unavailable', run, line);
};

/** Null when the source has a secret. Jira always has one: without it the service does not start. */
const absence = async (
  { source, verifier }: ReceiveDeps,
  request: HttpRequest,
  run: Run,
  line: DeliveryLine,
): Promise<HttpResponse | null> => {
  const presence = source === 'jira' ? 'on' : await verifier.presence(request.headers);
  if (presence === 'unavailable') return refuse('temporarily-unavailable', run, line);
  if (presence === 'on') return null;
  line.outcome = 'source-off';
  return notFound(run);
};

/**
 * The metric counts every quarantined delivery: with "Exclude body" all of Jira's deliveries have the same bytes, and
 * only the first is fresh. The alarm counts fresh bodies only, because a repeated body says nothing new about the
 * parser.
 */
export const countTaken = (
  { count, quarantineAlarm }: Pick<ReceiveDeps, 'count' | 'quarantineAlarm'>,
  taken: Taken,
): void => {
  if (taken.kind !== 'quarantined') return;
  count('Quarantined');
  if (taken.fresh) quarantineAlarm.count();
};
