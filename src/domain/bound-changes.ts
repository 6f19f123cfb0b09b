import type { Change, EventFacts } from './delivery.ts';
import { answerBytes, cutAtCodePoint } from './sizes.ts';

/** The path that `unread_fields` contains when changes are missing or cut. */
export const CHANGES_PATH = 'changelog.items';

/** Changes kept per delivery. People change a few fields at a time, bulk edits a few dozen. */
const MOST_CHANGES = 500;

/** Bytes that all changes of one delivery may take in an answer; a single change cannot exceed it. */
const MOST_BYTES = 1_000_000;

/**
 * The first changes, as many as an event keeps, with long texts cut; `whole` is true if nothing was left out or cut.
 * Deterministic and idempotent. Stops reading `all` at the first change that is not kept.
 */
export const boundChanges = (all: Iterable<Change>): { changes: Change[]; whole: boolean } => {
  const changes: Change[] = [];
  let bytes = 0;
  let whole = true;
  for (const change of all) {
    const short = shortChange(change);
    bytes += bytesOf(short);
    if (changes.length === MOST_CHANGES || bytes > MOST_BYTES) return { changes, whole: false };
    whole &&= isWhole(change, short);
    changes.push(short);
  }
  return { changes, whole };
};

const shortChange = (change: Change): Change => ({
  field: shortText(change.field),
  field_id: shortText(change.field_id),
  from: shortText(change.from),
  from_string: shortText(change.from_string),
  to: shortText(change.to),
  to_string: shortText(change.to_string),
});

/** Bytes that one text of a change may take in an answer; Jira's own limit is 32,767 characters. */
const MOST_TEXT_BYTES = 150_000;

/** The longest prefix of the text that fits. A UTF-16 unit takes at most 7 bytes: `\\\\u0001`. */
const shortText = (text: string | null): string | null => {
  if (text === null || 7 * text.length < MOST_TEXT_BYTES || answerBytes(text) <= MOST_TEXT_BYTES) return text;
  let fits = 0;
  let tooLong = Math.min(text.length, MOST_TEXT_BYTES);
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >>> 1;
    if (answerBytes(cutAtCodePoint(text, middle)) <= MOST_TEXT_BYTES) fits = middle;
    else tooLong = middle;
  }
  return cutAtCodePoint(text, fits);
};

/** Bytes of one change; for a short change, as most are, a cheap upper bound. */
const bytesOf = (change: Change): number => {
  const { field, field_id, from, from_string, to, to_string } = change;
  const all =
    units(field) + units(field_id) + units(from) + units(from_string) + units(to) + units(to_string);
  return all < 100 ? 7 * all + 150 : answerBytes(change) + 1;
};

const units = (text: string | null): number => text?.length ?? 0;

const isWhole = (change: Change, short: Change): boolean =>
  change.field === short.field &&
  change.field_id === short.field_id &&
  change.from === short.from &&
  change.from_string === short.from_string &&
  change.to === short.to &&
  change.to_string === short.to_string;

/** The facts with as many changes as an event keeps; `unread_fields` notes when some are missing or cut. */
export const boundFacts = (facts: EventFacts): EventFacts => {
  const { changes, whole } = boundChanges(facts.changes);
  return whole ? facts : { ...facts, changes, unread_fields: withChangesPath(facts.unread_fields) };
};

/** Adds the path that marks changes as missing or cut. */
export const withChangesPath = (paths: string[]): string[] => [...new Set([...paths, CHANGES_PATH])];
