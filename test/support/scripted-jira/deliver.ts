import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import type { Kept } from './webhooks.ts';

let deliveries = 0;

const jiraTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

const bodyOf = (key: string, labels: readonly string[]): string => {
  deliveries += 1;
  const now = Date.now() + deliveries;
  const fields = {
    summary: 'An issue of the scripted Jira',
    issuetype: { id: '3', name: 'Task', subtask: false },
    project: { id: '10', key: key.replace(/-\d+$/, ''), name: 'A project' },
    status: { id: '1', name: 'Open' },
    labels,
    created: jiraTime(now - 60_000),
    updated: jiraTime(now),
  };
  return JSON.stringify({
    webhookEvent: 'jira:issue_updated',
    timestamp: now,
    issue: { id: '10001', key, fields },
  });
};

/** Tells the webhook's receiver that an issue changed; signed when the server has a secret for it. */
export const deliver = async (
  { body, secret }: Kept,
  key: string,
  labels: readonly string[],
): Promise<void> => {
  const sent = bodyOf(key, labels);
  const signature = secret === null ? {} : { 'x-hub-signature': signatureOf(secret, Buffer.from(sent)) };
  const headers = { 'content-type': 'application/json', ...signature };
  await fetch(String(body.url), { method: 'POST', headers, body: sent });
};
