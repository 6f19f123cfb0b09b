import { CHANGES_PATH } from '../../domain/bound-changes.ts';
import type { CommitDelivery, DeliveredPullRequest } from '../../domain/commit.ts';
import type { EventFacts } from '../../domain/delivery.ts';
import { isIssueKey } from '../../domain/issue-key.ts';
import { type DeliveredRepository, repositoryKey } from '../../domain/repository.ts';
import { COMMIT_SOURCES } from '../../domain/source.ts';
import { normalize } from '../../senders/jira/normalize.ts';
import { parseDelivery } from '../../senders/jira/parse.ts';
import { normalizeCommits } from '../../senders/normalize-commits.ts';
import { parseCommits } from '../../senders/parse-commits.ts';
import { readRepository } from '../../senders/shared/read-repository.ts';
import type { StoredEvent } from '../../store/events/event-definition.ts';
import { mentionOf, toCommitState } from '../rules/commit-state.ts';
import { toPullRequestState } from '../rules/pull-request-state.ts';
import type { News } from './news.ts';

/** What an event asks correlation to look at. */
export type Work =
  | { kind: 'issue'; issue_id: string; keys: Iterable<string> }
  | { kind: 'commits'; news: News[]; repository: DeliveredRepository; received_ms: number }
  | { kind: 'nothing' };

/** A stored body that cannot be unpacked: the event is parked, and the reason quotes nothing of it. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

const KEY_FIELDS = ['Key', 'issuekey'];

/** Keys the stored facts name; more than the issue had would only be looked at in vain. */
export const keysOfFacts = ({ issue_key, changes }: EventFacts): string[] => {
  const moves = changes.filter(
    ({ field, field_id }) => field === 'Key' || (field_id !== null && KEY_FIELDS.includes(field_id)),
  );
  const named = [issue_key, ...moves.flatMap(({ from_string, to_string }) => [from_string, to_string])];
  return named.flatMap((key) => (key !== null && isIssueKey(key) ? [key] : []));
};

/** False for a large delivery, of whose changes only some are among its facts, or none. */
export const tellsAllKeys = ({ facts, raw_stored_apart }: StoredEvent): boolean =>
  !raw_stored_apart && facts?.unread_fields.includes(CHANGES_PATH) !== true;

/** All that the body names. */
const keysOfBody = (raw: Uint8Array, nowMs: number): string[] => {
  const parsed = parseDelivery(raw);
  return parsed.kind === 'delivery' ? normalize(parsed.delivery, nowMs).keys : [];
};

const newsOfPullRequest = (pullRequest: DeliveredPullRequest): News[] => {
  const { id, shas } = pullRequest;
  const repository = repositoryKey(pullRequest.repository);
  const mentions = shas.map(
    (sha): News => ({ ref: { kind: 'commit', repository, id: sha }, state: mentionOf(pullRequest) }),
  );
  const ref = { kind: 'pull_request', repository, id } as const;
  return [{ ref, state: toPullRequestState(pullRequest) }, ...mentions];
};

/** Everything a delivery says of commits and pull requests, each by itself. */
export const newsOf = ({ commits, pull_requests }: CommitDelivery): News[] => [
  ...commits.map((commit): News => {
    const ref = { kind: 'commit', repository: repositoryKey(commit.repository), id: commit.sha } as const;
    return { ref, state: toCommitState(commit) };
  }),
  ...commits.flatMap(({ pull_request }) => (pull_request ? newsOfPullRequest(pull_request) : [])),
  ...pull_requests.flatMap(newsOfPullRequest),
];

const unpackCommits = (event: StoredEvent, raw: Uint8Array): Work => {
  const source = COMMIT_SOURCES.find((known) => known === event.source);
  if (source === undefined) return { kind: 'nothing' };
  const parsed = parseCommits(source, event.event_name, raw);
  if (parsed.kind === 'refused') throw new UnreadableEventError(`the stored body: ${parsed.problem.type}`);
  const news = newsOf(normalizeCommits(parsed.delivery));
  const repository = readRepository(parsed.delivery);
  if (repository === null || (news.length === 0 && repository.renamed === null)) return { kind: 'nothing' };
  return { kind: 'commits', news, repository, received_ms: event.received_ms };
};

/**
 * What an event asks to look at.
 * @param readRaw the raw body; only called for what the facts do not tell
 * @throws UnreadableEventError
 */
export const unpackEvent = async (
  event: StoredEvent,
  readRaw: () => Promise<Uint8Array>,
  nowMs: number,
): Promise<Work> => {
  if (event.source !== 'jira') return unpackCommits(event, await readRaw());
  if (!event.facts?.issue_id) return { kind: 'nothing' };
  const keys = tellsAllKeys(event) ? keysOfFacts(event.facts) : keysOfBody(await readRaw(), nowMs);
  return { kind: 'issue', issue_id: event.facts.issue_id, keys };
};
