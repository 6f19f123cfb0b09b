import { CHANGES_PATH } from '../../domain/bound-changes.ts';
import type { EventFacts, Subject } from '../../domain/delivery.ts';
import { isIssueKey } from '../../domain/issue-key.ts';
import type { DeliveredRepository } from '../../domain/repository.ts';
import { type CommitSource, isCommitSource } from '../../domain/source.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { normalize } from '../../senders/jira/normalize.ts';
import { parseDelivery } from '../../senders/jira/parse.ts';
import { COMMIT_SENDERS } from '../../senders/registry.ts';
import { normalizeCommits } from '../../senders/shared/normalize.ts';
import type { Item } from '../../store/calls/table.ts';
import { type DecodedEvent, decodeEvent, type StoredEvent } from '../../store/events/event-row.ts';
import { type News, newsOf } from '../rules/news.ts';
import type { BatchDeps } from './scope.ts';

/** What correlation has to do for an event. */
export type Work =
  | { kind: 'issue'; issue_id: string; keys: Iterable<string> }
  | { kind: 'commits'; news: News[]; repository: DeliveredRepository; received_ms: number }
  | { kind: 'subjects'; subjects: Subject[]; asked_ms: number }
  | { kind: 'nothing' };

/** A stored body that cannot be unpacked: the event is parked, and the reason does not quote it. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/**
 * Reads from an event's row what correlation has to do.
 * @throws UnreadableEventError; UnavailableError while the artifact store does not answer
 */
export const unpackRow =
  ({ rawBodies, clock, tenant, site_tenant }: BatchDeps, row: Item) =>
  async (signal: AbortSignal): Promise<Work> => {
    const { event, raw } = decode(row);
    const readRaw = async (): Promise<Uint8Array> => {
      const bytes = raw ?? (await rawBodies.get(event.event_id, signal));
      if (bytes === null) throw new UnreadableEventError('its raw body is missing in the artifact store');
      return bytes;
    };
    const work = await unpackEvent(event, readRaw, clock());
    return work.kind === 'subjects' && tenant !== site_tenant ? { kind: 'nothing' } : work;
  };

/** @throws UnreadableEventError */
const decode = (row: Item): DecodedEvent => {
  try {
    return decodeEvent(row);
  } catch (fault) {
    if (!(fault instanceof UnreadableRowError)) throw fault;
    throw new UnreadableEventError(`the stored event cannot be read: ${fault.field} does not fit`);
  }
};

/**
 * Reads from an event what correlation has to do.
 * @param readRaw reads the raw body; only called for what the facts leave out
 * @throws UnreadableEventError
 */
const unpackEvent = async (
  event: StoredEvent,
  readRaw: () => Promise<Uint8Array>,
  nowMs: number,
): Promise<Work> => {
  const { source } = event;
  if (isCommitSource(source)) return unpackCommits({ ...event, source }, await readRaw());
  // An event with subjects shows nothing by itself, even if it names an issue: the subjects are read again from Jira.
  if (!event.facts?.issue_id || event.facts.subjects) return unpackSubjects(event, nowMs);
  const keys = keysNamed(event) ?? keysOfBody(await readRaw(), nowMs);
  return { kind: 'issue', issue_id: event.facts.issue_id, keys };
};

/** `asked_ms` is at most now, so that an ingest clock that is ahead does not delay the read. */
const unpackSubjects = ({ facts, received_ms }: StoredEvent, nowMs: number): Work => {
  const subjects = facts?.subjects ?? [];
  if (subjects.length === 0) return { kind: 'nothing' };
  return { kind: 'subjects', subjects, asked_ms: Math.min(received_ms, nowMs) };
};

const unpackCommits = (event: StoredEvent & { source: CommitSource }, raw: Uint8Array): Work => {
  const parsed = COMMIT_SENDERS[event.source].parse(raw, event.event_name);
  if (parsed.kind === 'refused') throw new UnreadableEventError(`the stored body: ${parsed.problem.type}`);
  const news = newsOf(normalizeCommits(parsed.delivery));
  const { repository } = parsed.delivery;
  if (repository === null || (news.length === 0 && repository.renamed === null)) return { kind: 'nothing' };
  return { kind: 'commits', news, repository, received_ms: event.received_ms };
};

/** False for a large delivery, whose facts hold only some of its changes, or none. */
const namesAllKeys = ({ facts, raw_stored_apart }: StoredEvent): boolean =>
  !raw_stored_apart && facts?.unread_fields.includes(CHANGES_PATH) !== true;

const KEY_FIELDS = ['Key', 'issuekey'];

/**
 * Every key that an event gives its issue; null when only its body has all of them. An unsigned event (Automation)
 * gives only the key of a complete body, which is an alias by then: otherwise any sender could make one issue answer to
 * another one's key.
 */
const keysNamed = (event: StoredEvent): string[] | null => {
  if (event.source !== 'automation') return namesAllKeys(event) ? keysOfFacts(event.facts) : null;
  const key = event.outcome === 'recorded' ? null : event.facts?.issue_key;
  return key && isIssueKey(key) ? [key] : [];
};

/** The keys that the stored facts name. One that the issue never had costs only a wasted look-up. */
const keysOfFacts = (facts: EventFacts | null): string[] => {
  const { issue_key = null, changes = [] } = facts ?? {};
  const moves = changes.filter(
    ({ field, field_id }) => field === 'Key' || (field_id !== null && KEY_FIELDS.includes(field_id)),
  );
  const named = [issue_key, ...moves.flatMap(({ from_string, to_string }) => [from_string, to_string])];
  return named.flatMap((key) => (key !== null && isIssueKey(key) ? [key] : []));
};

/** All keys that the body names. */
const keysOfBody = (raw: Uint8Array, nowMs: number): string[] => {
  const parsed = parseDelivery(raw);
  return parsed.kind === 'delivery' ? normalize(parsed.delivery, nowMs).keys : [];
};

/** The issue of an event whose facts name all its keys; null for any other. */
export const plainIssue = (row: Item): { issue_id: string; keys: string[] } | null => {
  try {
    const { event } = decodeEvent(row);
    const { facts, source } = event;
    const keys = keysNamed(event);
    if (isCommitSource(source) || keys === null || !facts?.issue_id || facts.subjects) return null;
    return { issue_id: facts.issue_id, keys };
  } catch {
    return null;
  }
};
