import * as z from 'zod/mini';
import type { JiraClient } from './client.ts';

export const TOUCH_LABEL = 'jira-webhook-sync-check';

/** Adds a label to an issue and takes it away again: two changes, each of which a webhook tells. */
export const touchIssue = async (client: JiraClient, key: string): Promise<void> => {
  const change = (operation: 'add' | 'remove'): Promise<unknown> =>
    client.send({
      method: 'PUT',
      path: `/rest/api/2/issue/${encodeURIComponent(key)}`,
      body: { update: { labels: [{ [operation]: TOUCH_LABEL }] } },
      answer: z.unknown(),
    });
  await change('add');
  await change('remove');
};
