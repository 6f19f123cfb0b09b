import { eventId, sha256Hex } from '../../src/domain/event-id.ts';
import { deliveryOf, type HistoryStep } from './history-steps.ts';
import type { IssueModel } from './jira-deliveries.ts';
import { isNewerVersion, issueOf, keysOf, type Sent, truthOf } from './oracle.ts';

/** A known issue, neither deleted nor superseded, as its newest delivery shows it, with every key it was ever said to have. */
export type LiveIssue = { id: string; now: IssueModel; keys: Set<string> };

/** The deliveries of Jira, with the ids that break ties between versions. */
const sentOf = (steps: readonly HistoryStep[]): Sent[] =>
  steps.flatMap((step) => {
    if (step.kind !== 'issue') return [];
    const { body } = deliveryOf(step);
    return [{ model: step.delivery, body, eventId: eventId('default', 'jira', sha256Hex(body)) }];
  });

/**
 * By id, every issue of which a key is known, and the id of the one that supersedes it: of those whose newest
 * delivery has the same key, the one with the newest version, also when it is deleted. Null for that one itself.
 */
export const supersedersIn = (steps: readonly HistoryStep[]): Map<string, string | null> => {
  const sent = sentOf(steps);
  const ids = new Set(sent.map(({ model }) => issueOf(model)).filter((id) => id !== null));
  const known = [...ids].flatMap((id) => {
    const { newest } = truthOf(id, sent);
    return newest === null ? [] : [{ id, key: newest.issue.key, version: newest.version }];
  });
  return new Map(
    known.map(({ id, key }) => {
      const having = known.filter((other) => other.key === key);
      const holder = having.reduce((a, b) => (isNewerVersion(b.version, a.version) ? b : a));
      return [id, holder.id === id ? null : holder.id];
    }),
  );
};

/** Every issue that a commit can belong to after this history. */
export const liveIssues = (steps: readonly HistoryStep[]): LiveIssue[] => {
  const sent = sentOf(steps);
  const superseders = supersedersIn(steps);
  const ids = new Set(sent.map(({ model }) => issueOf(model)).filter((id) => id !== null));
  return [...ids].flatMap((id) => {
    const { newest, deleted } = truthOf(id, sent);
    if (newest === null || deleted || superseders.get(id)) return [];
    const own = sent.filter(({ model }) => issueOf(model) === id);
    return [{ id, now: newest.issue, keys: new Set(own.flatMap(({ model }) => keysOf(model))) }];
  });
};

const newestFirst = (a: LiveIssue, b: LiveIssue): number =>
  b.now.updatedMs - a.now.updatedMs || Number(BigInt(b.id) - BigInt(a.id));

/** The issue that a key names: the one that has it, else the newest that had it, else null. */
export const issueNamed = (issues: readonly LiveIssue[], key: string): LiveIssue | null => {
  const having = issues.filter(({ now }) => now.key === key);
  const had = issues.filter(({ keys }) => keys.has(key));
  return (having.length > 0 ? having : had).toSorted(newestFirst)[0] ?? null;
};

/** True for an issue that is neither an epic nor a sub-task. */
export const isStoryNow = ({ now }: LiveIssue): boolean => (now.level ?? 'standard') === 'standard';
