import * as z from 'zod/mini';
import { putFieldNames } from '../store/reconcile/field-names.ts';
import { makeLoop } from './loop.ts';

/** How many rows hold the names. */
const state = z.object({ rows: z.number() });

/** Reads and stores the names and types of Jira's fields once, in one request: a delivery has only their ids. */
export const fieldNamesLoop = makeLoop({
  name: 'field_names',
  state,
  isDue: ({ last }) => last === null,
  run: async (job) => {
    const reads = await job.session.reads();
    const rows = await putFieldNames(job.session.place(), await reads.fieldNames());
    job.begin({ rows });
    await job.finish({ rows }, job.checkpoint().began_ms);
  },
});
