import { toPhoenixIso } from '../domain/instant.ts';
import type { Source } from '../domain/source.ts';
import type { Run } from '../http/run.ts';
import { type Clock, momentOf } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Taken } from './take.ts';

/** What one log line says of one delivery, gathered on its way. */
export type DeliveryLine = {
  source: Source;
  event_id: string | null;
  read: Taken['read'];
  outcome: string;
  status: number;
  /** Name of the key that matched, never the key. */
  secret: string | null;
};

export const emptyLine = (source: Source): DeliveryLine => ({
  source,
  event_id: null,
  read: null,
  outcome: 'failed',
  status: 503,
  secret: null,
});

/**
 * Payload text reaches a log line only in the form Jira's own keys and event names have: anything else could
 * be an address, or a piece of a body.
 */
const onlyIf = (form: RegExp, text: string | null | undefined): string | null =>
  typeof text === 'string' && form.test(text) ? text : null;

const ISSUE_KEY = /^[A-Z][A-Z0-9_]{1,99}-\d{1,20}$/;
const EVENT_NAME = /^[a-z][a-z_:]{1,99}$/;

/** Writes the one line of a delivery, refusals and duplicates included. */
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
  };
  if (line.status >= 500) log.error(fields, 'delivery');
  else if (line.status >= 400) log.warn(fields, 'delivery');
  else log.info(fields, 'delivery');
};
