import type { MetricName } from '../contract/metrics.ts';
import type { Source } from '../domain/source.ts';
import type { Count } from '../platform/metrics.ts';

const METRIC_OF_STATUS: ReadonlyMap<number, MetricName> = new Map([
  [200, 'DeliveriesTaken'],
  [202, 'DeliveriesTaken'],
  [401, 'SignaturesRefused'],
  [413, 'BodiesTooLarge'],
  [503, 'Unavailable'],
]);

/**
 * Counts a delivery by its answer; what else it was is counted where it is known. Jira's are counted once more by
 * themselves, because commits that go on arriving would hide that Jira is silent.
 */
export const countDelivery = (count: Count, source: Source, status: number): void => {
  const metric = METRIC_OF_STATUS.get(status);
  if (!metric) return;
  count(metric);
  if (metric === 'DeliveriesTaken' && source === 'jira') count('JiraDeliveriesTaken');
};
