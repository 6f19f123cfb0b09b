import type { ProblemType } from '../domain/delivery.ts';
import { toPhoenixIso } from '../domain/instant.ts';
import { type HttpResponse, jsonResponse, problemResponse } from '../http/response.ts';
import type { Run } from '../http/run.ts';
import type { DeliveryLine } from './delivery-line.ts';
import type { Taken } from './take.ts';

const REFUSALS = {
  'body-too-large': {
    status: 413,
    detail: 'The body is larger than this service takes (MAX_BODY_BYTES). It was not read.',
  },
  'signature-refused': { status: 401, detail: 'A valid signature of the body is required.' },
  'address-not-allowed': { status: 403, detail: 'This address may not deliver.' },
  'temporarily-unavailable': { status: 503, detail: 'The delivery cannot be taken now. Send it again.' },
} satisfies Partial<Record<ProblemType, { status: number; detail: string }>>;

/** The answer to a delivery that is not taken. Writes its name on the line. */
export const refuse = (type: keyof typeof REFUSALS, run: Run, line: DeliveryLine): HttpResponse => {
  line.outcome = type;
  return problemResponse({ type, ...REFUSALS[type], run_id: run.run_id, received_ms: run.received_ms });
};

/** GitHub's question whether anybody is there: kept like any delivery, but nothing will follow from it. */
const isPing = ({ read }: Taken): boolean => read?.nature === 'ping';

/** The answer to a delivery that was verified and taken, or set aside. Writes the outcome on the line. */
export const answerTaken = (taken: Taken, run: Run, line: DeliveryLine): HttpResponse => {
  const { run_id, received_ms } = run;
  const { event_id, idempotency_key } = taken;
  if (taken.kind === 'quarantined') {
    line.outcome = 'quarantined';
    return problemResponse({ ...taken.problem, run_id, received_ms, event_id });
  }
  const duplicate = taken.kind === 'duplicate';
  line.outcome = taken.kind === 'duplicate' ? 'duplicate' : taken.outcome;
  return jsonResponse(duplicate || isPing(taken) ? 200 : 202, {
    status: duplicate ? 'duplicate' : 'accepted',
    outcome: line.outcome,
    event_id,
    idempotency_key,
    issue_key: taken.read?.facts.issue_key ?? null,
    run_id,
    received_at: toPhoenixIso(received_ms),
  });
};
