import * as z from 'zod/mini';
import { makeLoop } from './loop.ts';

const text = z.nullable(z.string());

export const FIELD_NAMES = 'field_names';

/** What Jira calls its fields: a delivery has only their ids. */
export const fieldNamesState = z.object({
  fields: z.array(z.object({ id: z.string(), name: z.string(), type: text, items: text, custom: text })),
});

/** The first run reads the names of all fields, in one request, and keeps them in its checkpoint. */
export const fieldNamesLoop = makeLoop({
  name: FIELD_NAMES,
  state: fieldNamesState,
  isDue: ({ last }) => last === null,
  run: async (job) => {
    const reads = await job.session.reads();
    const fields = await reads.fieldNames();
    job.begin({ fields });
    await job.finish({ fields }, job.checkpoint().began_ms);
  },
});
