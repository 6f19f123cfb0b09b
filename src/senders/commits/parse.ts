import * as z from 'zod/mini';
import { isPullRequestId, isSha, parseCommitInstant } from '../../domain/commit.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { pushOf } from '../shared/kinds.ts';
import type { Recognition } from '../shared/recognised.ts';
import { recogniseBy, repositoryName, textThat } from '../shared/rules.ts';
import { readListedCommits } from './normalize.ts';

/** The only event of our own format: it has no event header. */
const COMMITS_EVENT = 'commits';

/** More would take the stream handler too long for one event; a sender with more commits sends several bodies. */
const MOST_COMMITS = 2000;

const TEXT_RULE = 'must be a string';
const SHA_RULE = 'must be 1 to 255 bytes of printable characters without # or white space';
const AUTHOR_RULE = 'must be a name, or an object with a name';
const INSTANT_RULE = 'must be an ISO 8601 date and time with an offset, or null';
const ID_RULE = 'must be a whole number, or 1 to 100 bytes of printable characters without white space';
const LIST_RULE = 'must be a list of at most 2000 commits';

const nameOf = (author: unknown): unknown => (isJsonObject(author) ? own(author, 'name') : author);

/** A number beyond the safe integers has lost digits and is not a valid id. */
const toId = (value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : value;

/** Also accepts longer years and offsets of days, because git prints whatever a broken tool wrote. */
const ISO = /^[+-]?\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:Z|[+-]\d{2,4}:?\d{2})$/;

/**
 * Text of another form is an error of the sender and is reported. A well-formed text that is not a valid instant (1969,
 * +51:80) comes from the commit itself: it becomes null, so that neither the commit nor the whole body is lost.
 */
const instant = z.pipe(
  textThat((text) => ISO.test(text), INSTANT_RULE),
  z.transform(parseCommitInstant),
);

const pullRequest = z.object(
  {
    id: z.pipe(z.transform(toId), textThat(isPullRequestId, ID_RULE)),
    title: z.string(TEXT_RULE),
    body: z.nullish(z.string(TEXT_RULE)),
    url: z.nullish(z.string(TEXT_RULE)),
  },
  'must be an object',
);

const commit = z.object(
  {
    sha: textThat(isSha, SHA_RULE),
    message: z.string(TEXT_RULE),
    author: z.pipe(z.transform(nameOf), z.string(AUTHOR_RULE)),
    committed_at: z.nullable(instant),
    branch: z.nullish(z.string(TEXT_RULE)),
    pull_request: z.nullish(pullRequest),
  },
  'must be an object',
);

/** Counted before anything is read, so that a list of a million costs nothing. */
const listed = z.object({
  repository: repositoryName,
  commits: z.pipe(
    z.array(z.unknown(), LIST_RULE).check(z.maxLength(MOST_COMMITS, LIST_RULE)),
    z.array(commit),
  ),
});

/** Our own format, for any other host. Strict, so that authors of senders see their mistakes. */
export const recogniseListedCommits = (body: JsonObject): Recognition =>
  recogniseBy(listed, body, ({ repository, commits }) =>
    pushOf(COMMITS_EVENT, { name: repository, id: null }, (unread) =>
      readListedCommits({ repository, commits }, unread),
    ),
  );
