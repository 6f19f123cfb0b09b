import type { Reads } from '../jira/reads/reads.ts';

/** The same reads; `asked` is called for each. What needs several requests counts as one. */
export const countRequests = (reads: Reads, asked: () => void): Reads => {
  const counted =
    <A extends unknown[], R>(read: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      asked();
      return read(...args);
    };
  return {
    deployment: reads.deployment,
    account: reads.account,
    searchIds: counted(reads.searchIds),
    count: counted(reads.count),
    readBodies: counted(reads.readBodies),
    readIssue: counted(reads.readIssue),
    projects: counted(reads.projects),
    mayBrowse: counted(reads.mayBrowse),
    fieldNames: counted(reads.fieldNames),
    now: counted(reads.now),
  };
};
