import { toUtcIso } from '../../domain/instant.ts';

/** Far from the ids that Jira gives. */
export const TEST_ISSUE_ID = '99999999999999999901';

const NUMBER = '999999901';

export const TEST_PROJECT = 'SMOKE';
export const TEST_ISSUE_KEY = `${TEST_PROJECT}-${NUMBER}`;

/** A key it is said to have had. Who decodes it twice looks for `SMOKEA-…`, which nothing is called. */
export const FORMER_KEY = `${TEST_PROJECT}%41-${NUMBER}`;

/**
 * The body of a delivery about the test issue, as Jira writes one. Each moment has its own bytes and a newer
 * version, so that it is taken as new. A sub-task, because a story would be listed as one without commits.
 */
export const testDelivery = (nowMs: number): Buffer => {
  const issue = {
    id: TEST_ISSUE_ID,
    key: TEST_ISSUE_KEY,
    fields: {
      summary: 'Written by npm run smoke; npm run erase removes it',
      issuetype: { name: 'Sub-task', subtask: true, hierarchyLevel: -1 },
      project: { key: TEST_PROJECT, name: 'Smoke test' },
      status: { name: 'Done', statusCategory: { key: 'done' } },
      labels: ['smoke-test'],
      updated: toUtcIso(nowMs).replace('Z', '+0000'),
    },
  };
  const moved = { field: 'Key', fieldtype: 'jira', from: null, fromString: FORMER_KEY, to: null };
  return Buffer.from(
    JSON.stringify({
      timestamp: nowMs,
      webhookEvent: 'jira:issue_updated',
      issue_event_type_name: 'issue_moved',
      issue,
      changelog: { id: '1', items: [{ ...moved, toString: TEST_ISSUE_KEY }] },
    }),
  );
};
