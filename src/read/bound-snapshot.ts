import { answerBytes, MOST_ANSWER_BYTES } from '../domain/answer-bytes.ts';
import { fitFields } from '../domain/fit.ts';
import type { IssueFields } from '../domain/issue.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** The description apart: it is what is large, and is measured again for each cut that is tried. */
const bytesOf = (snapshot: Snapshot): number => {
  const rest = answerBytes({ ...snapshot, description: null });
  return rest - answerBytes(null) + answerBytes(snapshot.description);
};

/**
 * The snapshot, small enough for an answer: what was sent in one body may be larger when it is shown, because of
 * what JSON escapes. What goes is what would go if it were too large for an item, and `truncated` says so.
 */
export const boundSnapshot = (snapshot: Snapshot): Snapshot => {
  const fits = (fields: object): boolean => bytesOf({ ...snapshot, ...fields }) <= MOST_ANSWER_BYTES;
  // A snapshot with so much in it has the fields of a full issue, and none of those that may be null is.
  return fits({}) ? snapshot : { ...snapshot, ...fitFields(snapshot as IssueFields, fits) };
};
