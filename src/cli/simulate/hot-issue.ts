import { MEASURED } from '../cost/measured.ts';
import { STACK } from '../cost/stack-facts.ts';
import { type Load, loadOf } from './hottest.ts';
import { placesAt } from './places.ts';
import { QUOTAS } from './quotas.ts';
import { streamAt } from './stream.ts';
import { issueWritesOf } from './writes.ts';

/** Shares of all deliveries that one issue gets. */
const HOT_SHARES = [0.01, 0.05, 0.2, 0.5] as const;

/** The share where nothing else is said. */
export const HOT = 0.01;

/**
 * One issue that everybody works on: writes of its own rows and of its partition of `by_issue`, reads of its own
 * rows and of a partition of its keys, whichever is more.
 */
export type HotIssue = { share: number; rows: Load; index: Load; reads: Load };

/**
 * Reads of correlation: each batch that has a hint of the issue looks at it, once however many there are. Hints
 * come to batches at random.
 */
export const hotReads = (seed: number, rate: number, share: number): Load => {
  const { hints_per_second, batches_per_second } = streamAt(seed, rate, STACK.parallelization);
  const in_a_batch = (share * hints_per_second) / batches_per_second;
  const looks_per_second = batches_per_second * (1 - Math.exp(-in_a_batch));
  const units = Math.max(MEASURED.issue_reads, MEASURED.key_reads);
  return loadOf(rate, looks_per_second * units, QUOTAS.partition_reads.limit);
};

export const hotIssueAt = (seed: number, rate: number): HotIssue[] =>
  HOT_SHARES.flatMap((share) => {
    const loads = new Map(placesAt(seed, rate, share, issueWritesOf).map(({ place, load }) => [place, load]));
    const rows = loads.get('an issue: fields and links');
    const index = loads.get('by_issue');
    return rows && index ? [{ share, rows, index, reads: hotReads(seed, rate, share) }] : [];
  });
