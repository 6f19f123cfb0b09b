import type { Reads } from '../../src/jira/reads/reads.ts';

/** The same reads; `asked` is called before each. */
export const watchReads = (reads: Reads, asked: () => void): Reads => {
  const counted =
    <A extends unknown[], R>(read: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      asked();
      return read(...args);
    };
  return {
    deployment: reads.deployment,
    account: reads.account,
    traffic: reads.traffic,
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
