import { COMMIT_SECRETS, sign } from '../../support/app.ts';
import type { Outgoing } from './drawn-deliveries.ts';

/** A sender gives an answer up after this long (milliseconds): Jira's 20 s, cut so that a run stays short. */
const GIVE_UP_MS = 10_000;

type PostAnswer = { status: number; body: unknown };

/** One try; null when there was no answer. */
export type Post = (
  url: string,
  outgoing: Outgoing,
  secret: string,
  retry: number,
) => Promise<PostAnswer | null>;

/** The secret each source signs with unless a row says otherwise. */
export const secretOf =
  (jira: string) =>
  ({ source }: Outgoing): string =>
    source === 'jira' ? jira : COMMIT_SECRETS[source];

/** What the sender writes above the body; the retry count only on retries, as Jira does it. */
export const headersOf = (
  { source, event, body, identifier }: Outgoing,
  secret: string,
  retry: number,
): Record<string, string> => ({
  'Content-Type': 'application/json',
  ...(source === 'jira'
    ? { 'X-Hub-Signature': sign(body, secret), 'X-Atlassian-Webhook-Identifier': identifier }
    : { 'X-Hub-Signature-256': sign(body, secret) }),
  ...(event === null ? {} : { 'X-GitHub-Event': event, 'X-GitHub-Delivery': identifier }),
  ...(source === 'jira' && retry > 0 ? { 'X-Atlassian-Webhook-Retry': String(retry) } : {}),
});

export const postOnce: Post = async (url, outgoing, secret, retry) => {
  try {
    const answer = await fetch(`${url}/webhooks/${outgoing.connection?.connection_id ?? outgoing.source}`, {
      method: 'POST',
      headers: headersOf(outgoing, secret, retry),
      body: outgoing.body,
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return null;
  }
};
