import { eventId, sha256Hex } from '../../src/domain/event-id.ts';
import { deliveryOf, type HistoryStep } from './history-steps.ts';
import type { IssueModel } from './jira-deliveries.ts';
import { issueOf, keysOf, type Sent, truthOf } from './oracle.ts';

/** A known, not deleted issue as its newest delivery shows it, with every key it was ever said to have. */
export type LiveIssue = { id: string; now: IssueModel; keys: Set<string> };

/** The deliveries of Jira, with the ids that break ties between versions. */
const sentOf = (steps: readonly HistoryStep[]): Sent[] =>
  steps.flatMap((step) => {
    if (step.kind !== 'issue') return [];
    const { body } = deliveryOf(step);
    return [{ model: step.delivery, body, eventId: eventId('default', 'jira', sha256Hex(body)) }];
  });

/** Every issue that a commit can belong to after this history. */
export const liveIssues = (steps: readonly HistoryStep[]): LiveIssue[] => {
  const sent = sentOf(steps);
  const ids = new Set(sent.map(({ model }) => issueOf(model)).filter((id) => id !== null));
  return [...ids].flatMap((id) => {
    const { newest, deleted } = truthOf(id, sent);
    if (newest === null || deleted) return [];
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
