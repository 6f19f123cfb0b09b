import type { MetricName } from '../contract/metrics.ts';
import type { ProblemType } from '../domain/delivery.ts';
import { HOUR_MS, toPhoenixIso } from '../domain/instant.ts';
import { type ConnectionKind, isCommitSource } from '../domain/source.ts';
import type { Run } from '../http/request.ts';
import { faultResponse, type HttpResponse, jsonResponse, problemResponse } from '../http/response.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Count } from '../platform/metrics.ts';
import type { Taken } from './take.ts';

/** The contents of the one log line of a delivery, filled in as it is handled. */
export type DeliveryLine = {
  /** Null if the connection is unknown. */
  source: ConnectionKind | null;
  /** Only for a delivery through a connection. */
  through?: { connection_id: string; tenant_id?: string; credential?: 'absent' | 'wrong' };
  event_id: string | null;
  read: Taken['read'];
  outcome: string;
  status: number;
  /** Name of the key that matched, never the key. */
  secret: string | null;
};

/**
 * Additions to the answer of a delivery through a connection: `taken` if it was taken, `hint` if it was quarantined.
 */
type Added = { taken?: object; hint?: string };

/** The answer to a verified delivery that was taken or quarantined. Writes the outcome on the line. */
export const answerTaken = (
  taken: Taken,
  run: Run,
  line: DeliveryLine,
  { taken: added, ...aside }: Added = {},
): HttpResponse => {
  const { run_id, received_ms } = run;
  const { event_id, idempotency_key } = taken;
  if (taken.kind === 'quarantined') {
    line.outcome = 'quarantined';
    return problemResponse({ ...taken.problem, run_id, received_ms, event_id, ...aside });
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
    ...added,
  });
};

/** GitHub's ping: stored like any delivery, but nothing follows from it. */
const isPing = ({ read }: Taken): boolean => read?.nature === 'ping';

const REFUSALS = {
  'body-too-large': {
    status: 413,
    detail: 'The body is larger than MAX_BODY_BYTES. It was not read.',
  },
  'signature-refused': { status: 401, detail: 'A valid signature of the body is required.' },
  'address-not-allowed': { status: 403, detail: 'This address is not allowed to deliver.' },
  'temporarily-unavailable': { status: 503, detail: 'The delivery cannot be stored now. Retry it.' },
} satisfies Partial<Record<ProblemType, { status: number; detail: string }>>;

/** The answer to a refused delivery. Writes the refusal's type on the line as its outcome. */
export const refuse = (type: keyof typeof REFUSALS, run: Run, line: DeliveryLine): HttpResponse => {
  line.outcome = type;
  return problemResponse({ type, ...REFUSALS[type], run_id: run.run_id, received_ms: run.received_ms });
};

export const emptyLine = (source: DeliveryLine['source']): DeliveryLine => ({
  source,
  event_id: null,
  read: null,
  outcome: 'failed',
  status: 503,
  secret: null,
});

const ISSUE_KEY = /^[A-Z][A-Z0-9_]{1,99}-\d{1,20}$/;

const EVENT_NAME = /^[a-z][a-z_:]{1,99}$/;

/** Answers a delivery even if the work fails, and logs its one line with the answer's status. */
export const answerLogged = async (
  { log, clock }: { log: Logger; clock: Clock },
  run: Run,
  line: DeliveryLine,
  work: () => Promise<HttpResponse>,
): Promise<HttpResponse> => {
  const response = await work().catch((fault) => faultResponse(log, run, fault));
  line.status = response.statusCode ?? 500;
  logDelivery(log, clock, run, line);
  return response;
};

/** Logs the one line of a delivery, including refusals and duplicates. */
export const logDelivery = (log: Logger, clock: Clock, run: Run, line: DeliveryLine): void => {
  const now = momentOf(clock);
  const fields = {
    run_id: run.run_id,
    source: line.source,
    event_id: line.event_id,
    generated_at: toPhoenixIso(now.wall),
    issue_key: onlyIf(ISSUE_KEY, line.read?.facts.issue_key),
    event_type: onlyIf(EVENT_NAME, line.read?.facts.event_type),
    event_known: line.read && line.read.nature !== 'other',
    outcome: line.outcome,
    status: line.status,
    duration_ms: Math.round(now.steady - run.began.steady),
    secret: line.secret,
    ...line.through,
  };
  if (line.status >= 500) log.error(fields, 'delivery');
  else if (line.status >= 400) log.warn(fields, 'delivery');
  else log.info(fields, 'delivery');
};

/**
 * Payload text is logged only if it has the form of Jira's own keys and event names: anything else could be an address,
 * or a piece of a body.
 */
const onlyIf = (form: RegExp, text: string | null | undefined): string | null =>
  typeof text === 'string' && form.test(text) ? text : null;

const REFUSAL_METRICS: ReadonlyMap<number, MetricName> = new Map([
  [401, 'SignaturesRefused'],
  [413, 'BodiesTooLarge'],
  [503, 'Unavailable'],
]);

/**
 * Counts a delivery once, by its answer; other metrics are counted where their cause is known. Jira's deliveries have
 * their own metric, because a steady flow of commits would hide that Jira is silent.
 */
export const countDelivery = (count: Count, source: DeliveryLine['source'], status: number): void => {
  const metric = isTaken(status) ? takenFrom(source) : REFUSAL_METRICS.get(status);
  if (metric) count(metric);
};

const isTaken = (status: number): boolean => status === 200 || status === 202;

const takenFrom = (source: DeliveryLine['source']): MetricName =>
  source !== null && isCommitSource(source) ? 'CommitDeliveriesTaken' : 'JiraDeliveriesTaken';

const MOST_PER_HOUR = 100;

/**
 * Counts quarantined deliveries of this process and logs one alarm line when there are more than 100 within an hour:
 * then the cause is probably the parser, not one sender.
 */
export const createQuarantineAlarm = (clock: Clock, log: Logger, steady?: Clock): { count(): void } => {
  let times: Moment[] = [];
  let alarmedAt: Moment | null = null;
  return {
    count() {
      const now = momentOf(clock, steady);
      const withinAnHour = (time: Moment): boolean => passedBetween(time, now) < HOUR_MS;
      times = [...times.filter(withinAnHour), now].slice(-MOST_PER_HOUR - 1);
      if (times.length <= MOST_PER_HOUR || (alarmedAt && withinAnHour(alarmedAt))) return;
      alarmedAt = now;
      log.error(
        { alarm: 'quarantine-rate', within_an_hour: times.length },
        'many deliveries are quarantined',
      );
    },
  };
};
