import type { BlockList } from 'node:net';
import type { ProblemType } from '../domain/delivery.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import type { HttpRequest } from '../http/request.ts';
import { type HttpResponse, jsonResponse, problemResponse } from '../http/response.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { EventStore } from '../store/put-event.ts';
import { isAllowedAddress } from '../verify/address.ts';
import type { Verdict, Verifier } from '../verify/verify-delivery.ts';
import { type DeliveryLine, emptyLine, logDelivery } from './delivery-line.ts';
import type { RouteHandler } from './dispatch.ts';
import { faultResponse } from './faults.ts';
import type { Run } from './run.ts';
import { type Taken, takeBody } from './take-body.ts';

export type ReceiveDeps = {
  verifier: Verifier;
  events: EventStore;
  allowed: BlockList | undefined;
  max_body_bytes: number;
  quarantineAlarm: { count(): void };
  clock: Clock;
  log: Logger;
};

const REFUSALS = {
  'body-too-large': {
    status: 413,
    detail: 'The body is larger than this service takes (MAX_BODY_BYTES). It was not read.',
  },
  'signature-refused': { status: 401, detail: 'A valid signature of the body is required.' },
  'address-not-allowed': { status: 403, detail: 'This address may not deliver.' },
  'temporarily-unavailable': { status: 503, detail: 'The delivery cannot be taken now. Send it again.' },
} satisfies Partial<Record<ProblemType, { status: number; detail: string }>>;

const refuse = (type: keyof typeof REFUSALS, run: Run, line: DeliveryLine): HttpResponse => {
  line.outcome = type;
  return problemResponse({ type, ...REFUSALS[type], run_id: run.run_id, received_ms: run.received_ms });
};

const answerTaken = (taken: Taken, run: Run, line: DeliveryLine): HttpResponse => {
  const { run_id, received_ms } = run;
  const { event_id, idempotency_key } = taken;
  if (taken.kind === 'quarantined') {
    line.outcome = 'quarantined';
    return problemResponse({ ...taken.problem, run_id, received_ms, event_id });
  }
  const duplicate = taken.kind === 'duplicate';
  line.outcome = taken.kind === 'duplicate' ? 'duplicate' : taken.outcome;
  return jsonResponse(duplicate ? 200 : 202, {
    status: duplicate ? 'duplicate' : 'accepted',
    outcome: line.outcome,
    event_id,
    idempotency_key,
    issue_key: taken.facts?.issue_key ?? null,
    run_id,
    received_at: toPhoenixIso(received_ms),
  });
};

/** Null when the delivery may go on; the address is only judged here, after the signature is known. */
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
  deps.log.error(
    { alarm: 'address-refused', run_id: run.run_id },
    'a signed delivery came from outside ALLOWED_CIDRS',
  );
  return refuse('temporarily-unavailable', run, line);
};

const take = async (
  deps: ReceiveDeps,
  request: HttpRequest,
  run: Run,
  line: DeliveryLine,
): Promise<HttpResponse> => {
  if (request.body_bytes > deps.max_body_bytes) {
    deps.log.error(
      { alarm: 'body-too-large', run_id: run.run_id, bytes: request.body_bytes },
      'a body was refused unread',
    );
    return refuse('body-too-large', run, line);
  }
  const body = request.readBody();
  const verdict = await deps.verifier.verify(request.headers, body);
  const refused = refusal(deps, request, verdict, run, line);
  if (refused) return refused;
  const taken = await takeBody(deps, body, request.headers.get('x-atlassian-webhook-identifier'), run);
  Object.assign(line, { event_id: taken.event_id, facts: taken.facts });
  if (taken.kind === 'quarantined' && taken.fresh) deps.quarantineAlarm.count();
  return answerTaken(taken, run, line);
};

/**
 * `POST /webhooks/jira`: size, address and signature, then the body. Answers follow Jira's retry rules: what
 * may work later is a 503, what never will is a 4xx, and 2xx means durable. Logs one line, whatever happens.
 */
export const receiveDelivery =
  (deps: ReceiveDeps): RouteHandler =>
  async (request, _argument, run) => {
    const line = emptyLine();
    const response = await take(deps, request, run, line).catch((fault) =>
      faultResponse(deps.log, run, fault),
    );
    line.status = response.statusCode ?? 500;
    logDelivery(deps.log, deps.clock, run, line);
    return response;
  };
