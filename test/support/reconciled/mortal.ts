import type { Reads } from '../../../src/jira/reads/reads.ts';
import type { Table } from '../../../src/store/calls/table.ts';

/** What a process does of its own until it dies: each of its calls asks for leave. */
export type Life = {
  /** How many more calls it makes. */
  left: number;
};

/** @throws Error for whoever is dead */
const live = (life: Life): void => {
  if (life.left <= 0) throw new Error('the process is dead');
  life.left -= 1;
};

/** Calls to the table count as its life, before they are sent. */
export const mortalTable = (table: Table, life: Life): Table => {
  const counted =
    <Args, Output>(next: (args: Args) => Promise<Output>) =>
    async (args: Args): Promise<Output> => {
      live(life);
      return next(args);
    };
  table.client.middlewareStack.add(counted, { step: 'initialize' });
  table.documentClient.middlewareStack.add(counted, { step: 'initialize' });
  return table;
};

/** Questions to Jira count, too. */
export const mortalReads = (reads: Reads, life: Life): Reads => watchReads(reads, () => live(life));

/** The same reads; `asked` is called before each question to Jira. */
export const watchReads = (reads: Reads, asked: () => void): Reads => {
  const counted =
    <A extends unknown[], R>(read: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      asked();
      return read(...args);
    };
  return {
    ...reads,
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
