import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { JiraError } from '../jira-error.ts';

/** The results of a webhook's deliveries, as far as Jira reports them. */
export type DeliveryReport = {
  /** Answered with success; answered otherwise; not sent, or not answered. Null when Jira has no counts. */
  counts: { arrived: number; refused: number; not_sent: number } | null;
  /** The result of the last delivery; null when there was none, or Jira does not say. */
  last: { outcome: 'SUCCESS' | 'FAILURE' | 'ERROR'; description: string } | null;
};

export const NO_REPORT: DeliveryReport = { counts: null, last: null };

const number = z.optional(z.nullable(z.number()));
const counts = z.object({ successes: number, failures: number, errors: number });

/** By event. */
const summary = z.record(z.string(), z.object({ counts: z.optional(z.nullable(counts)) }));

const result = z.object({
  outcome: z.enum(['SUCCESS', 'FAILURE', 'ERROR']),
  description: z.optional(z.nullable(z.string())),
});

const latest = z.optional(z.object({ result: z.optional(z.nullable(result)) }));

/** These parts of the API are undocumented, so a check of a webhook works without them. */
const orNull = (fault: unknown): null => {
  if (fault instanceof JiraError && ['missing', 'unknown_shape', 'not_json'].includes(fault.fault))
    return null;
  throw fault;
};

/**
 * Data Center's report on one webhook's deliveries.
 * @param path path of the webhook
 */
export const readDeliveryReport = async (client: JiraClient, path: string): Promise<DeliveryReport> => {
  const get = <T>(part: string, answer: z.ZodMiniType<T>): Promise<T | null> =>
    client.send({ method: 'GET', path: `${path}/${part}`, answer }).catch(orNull);
  const byEvent = await get('statistics/summary', summary);
  const last = (await get('latest', latest))?.result;
  return {
    counts: byEvent && sumOf(Object.values(byEvent)),
    last: last ? { outcome: last.outcome, description: last.description ?? '' } : null,
  };
};

const sumOf = (events: z.output<typeof summary>[string][]): DeliveryReport['counts'] => {
  const sum = (name: keyof z.output<typeof counts>): number =>
    events.reduce((total, one) => total + (one.counts?.[name] ?? 0), 0);
  return { arrived: sum('successes'), refused: sum('failures'), not_sent: sum('errors') };
};
