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

/** What an event asks correlation to look at. */
export type Work =
  | { kind: 'issue'; issue_id: string; keys: Iterable<string> }
  | { kind: 'commits'; news: News[]; repository: DeliveredRepository; received_ms: number }
  | { kind: 'subjects'; subjects: Subject[]; asked_ms: number }
  | { kind: 'nothing' };

/** A stored body that cannot be unpacked: the event is parked, and the reason quotes nothing of it. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/**
 * What an event's row asks to look at.
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
 * What an event asks to look at.
 * @param readRaw the raw body; only called for what the facts leave out
 * @throws UnreadableEventError
 */
const unpackEvent = async (
  event: StoredEvent,
  readRaw: () => Promise<Uint8Array>,
  nowMs: number,
): Promise<Work> => {
  const { source } = event;
  if (isCommitSource(source)) return unpackCommits({ ...event, source }, await readRaw());
  // What is to be read again shows nothing by itself, also where it names an issue.
  if (!event.facts?.issue_id || event.facts.subjects) return unpackSubjects(event, nowMs);
  const told = toldKeys(event);
  const keys = told ?? keysOfBody(await readRaw(), nowMs);
  return { kind: 'issue', issue_id: event.facts.issue_id, keys };
};

/** A clock set ahead in ingest does not keep them from being read. */
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

/** False for a large delivery, of whose changes only some are among its facts, or none. */
const tellsAllKeys = ({ facts, raw_stored_apart }: StoredEvent): boolean =>
  !raw_stored_apart && facts?.unread_fields.includes(CHANGES_PATH) !== true;

const KEY_FIELDS = ['Key', 'issuekey'];

/**
 * Every key that an event tells of its issue; null where only its body has all of them. What nobody signed gives an issue
 * no key but the one in a whole body, which is an alias by then: else anybody could make it answer for another one's.
 */
const toldKeys = (event: StoredEvent): string[] | null => {
  if (event.source !== 'automation') return tellsAllKeys(event) ? keysOfFacts(event.facts) : null;
  const key = event.outcome === 'recorded' ? null : event.facts?.issue_key;
  return key && isIssueKey(key) ? [key] : [];
};

/** Keys the stored facts name; more than the issue had would only be looked at in vain. */
const keysOfFacts = (facts: EventFacts | null): string[] => {
  const { issue_key = null, changes = [] } = facts ?? {};
  const moves = changes.filter(
    ({ field, field_id }) => field === 'Key' || (field_id !== null && KEY_FIELDS.includes(field_id)),
  );
  const named = [issue_key, ...moves.flatMap(({ from_string, to_string }) => [from_string, to_string])];
  return named.flatMap((key) => (key !== null && isIssueKey(key) ? [key] : []));
};

/** All that the body names. */
const keysOfBody = (raw: Uint8Array, nowMs: number): string[] => {
  const parsed = parseDelivery(raw);
  return parsed.kind === 'delivery' ? normalize(parsed.delivery, nowMs).keys : [];
};

/** The issue of an event whose facts name all its keys; null for any other. */
export const plainIssue = (row: Item): { issue_id: string; keys: string[] } | null => {
  try {
    const { event } = decodeEvent(row);
    const { facts, source } = event;
    const keys = toldKeys(event);
    if (isCommitSource(source) || keys === null || !facts?.issue_id || facts.subjects) return null;
    return { issue_id: facts.issue_id, keys };
  } catch {
    return null;
  }
};
