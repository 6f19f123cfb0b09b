import type { MetricName } from '../contract/metrics.ts';
import type { Count } from '../platform/metrics.ts';

const METRIC_OF_STATUS: ReadonlyMap<number, MetricName> = new Map([
  [200, 'DeliveriesTaken'],
  [202, 'DeliveriesTaken'],
  [401, 'SignaturesRefused'],
  [413, 'BodiesTooLarge'],
  [503, 'Unavailable'],
]);

/** Counts a delivery by its answer; what else it was is counted where it is known. */
export const countDelivery = (count: Count, status: number): void => {
  const metric = METRIC_OF_STATUS.get(status);
  if (metric) count(metric);
};
