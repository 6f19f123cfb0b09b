import type { Request } from 'autocannon';
import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import { typicalUpdate } from '../shared/deliveries.ts';

export const SECRET = 'bench-secret-of-32-characters-xx';

/** What differs from one body to the next. Always of the same length, so that all bodies are. */
export type Marks = { issue_id: string; issue_key: string; updated_ms: number; timestamp_ms: number };

type Body = {
  timestamp: number;
  webhookEvent: string;
  issue: { id: string; key: string; fields: { updated: string; description?: string } };
};

const template: Body = JSON.parse(typicalUpdate().toString());

const FIRST_UPDATE_MS = Date.UTC(2026, 0);
let versions = 0;

/** Every call is a newer version than the one before, so that its fields win. */
export const nextMarks = (issue: number): Marks => {
  versions += 1;
  const updated_ms = FIRST_UPDATE_MS + versions;
  const number = 100_000 + issue;
  return {
    issue_id: `70000${number}`,
    issue_key: `BENCH-${number}`,
    updated_ms,
    timestamp_ms: updated_ms + 100,
  };
};

/** The typical update with these marks, under this event name, and with more text in its description. */
export const bodyWith = (marks: Marks, webhookEvent: string, more?: string): Buffer => {
  const { issue } = template;
  const updated = new Date(marks.updated_ms).toISOString().replace('Z', '+0000');
  const body: Body = {
    ...template,
    webhookEvent,
    timestamp: marks.timestamp_ms,
    issue: {
      ...issue,
      id: marks.issue_id,
      key: marks.issue_key,
      fields: { ...issue.fields, updated, ...(more === undefined ? {} : { description: more }) },
    },
  };
  return Buffer.from(JSON.stringify(body));
};

/** The request of one delivery, signed. */
export const signedRequest = (body: Buffer): Request => ({
  method: 'POST',
  path: '/webhooks/jira',
  headers: { 'content-type': 'application/json', 'x-hub-signature': signatureOf(SECRET, body) },
  body,
});
