import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from '../../../src/store/calls/table.ts';
import type { Choose } from './feed.ts';

/** One call in so many is held back, by so many milliseconds at most: a whole batch may pass it. */
const ONE_IN = 12;
const MOST_MS = 60;

/** Holds some of a table's calls back, so that parallel batches meet in ways they seldom do on loopback. */
export const delayCalls = ({ client, documentClient }: Table, choose: Choose): void => {
  const delayed =
    <Args, Output>(next: (args: Args) => Promise<Output>) =>
    async (args: Args): Promise<Output> => {
      if (choose(ONE_IN) === 0) await sleep(choose(MOST_MS));
      return next(args);
    };
  client.middlewareStack.add(delayed, { step: 'initialize' });
  documentClient.middlewareStack.add(delayed, { step: 'initialize' });
};
