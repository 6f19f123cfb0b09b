import type { MetricName } from '../contract/metrics.ts';
import type { Source } from '../domain/source.ts';
import type { Count } from '../platform/metrics.ts';

const REFUSALS: ReadonlyMap<number, MetricName> = new Map([
  [401, 'SignaturesRefused'],
  [413, 'BodiesTooLarge'],
  [503, 'Unavailable'],
]);

const isTaken = (status: number): boolean => status === 200 || status === 202;

const takenFrom = (source: Source): MetricName =>
  source === 'jira' ? 'JiraDeliveriesTaken' : 'CommitDeliveriesTaken';

/**
 * Counts a delivery by its answer, once; what else it was is counted where it is known. Jira's are counted apart,
 * because commits that go on arriving would hide that Jira is silent.
 */
export const countDelivery = (count: Count, source: Source, status: number): void => {
  const metric = isTaken(status) ? takenFrom(source) : REFUSALS.get(status);
  if (metric) count(metric);
};
