import type { LinkedCommit } from '../correlate/documents/schema.ts';
import { type KnownRef, type ReadScope, readKnown } from '../correlate/known/known-refs.ts';
import { belongsTo, keysOf } from '../correlate/known/linked-refs.ts';
import { linkedCommit } from '../correlate/known/ref-items.ts';
import { allCandidates } from '../correlate/rules/links.ts';
import type { Ref } from '../domain/link.ts';
import { afterIssueCommit, cursorId, foreignCursor, type Position } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { singleReader } from '../store/calls/gather.ts';
import { aliasPartition, candidateKey, candidateSortPrefix } from '../store/calls/keys.ts';
import type { Item } from '../store/calls/table.ts';
import { readIssueLinks } from '../store/links/issue-links-row.ts';
import { listNaming } from '../store/links/refs.ts';
import { askedFor, lookUpListed, noIssue } from './issues.ts';
import { answerListing, type Entry, type ReadDeps, readStart, scopeOf } from './listing.ts';

/** One cursor id for the commits of all issues, because the position names the issue. */
const ISSUE_COMMITS = ['issue-commits'];

/** `GET /issues/{issue}/commits`. */
export const getIssueCommits =
  (deps: ReadDeps): RouteHandler =>
  async (request, keyOrId, run) => {
    const id = cursorId(deps.tenant, ISSUE_COMMITS);
    const after = readStart(request.query, id, afterIssueCommit);
    const found = await lookUpListed(deps, keyOrId, after, run);
    if (!found?.row) return noIssue(run);
    const { issue_id, row } = found;
    const scope = scopeOf(deps, run);
    const known = await readIssueLinks(
      singleReader({ table: scope.table, signal: run.signal }),
      scope.tenant,
      issue_id,
    );
    const args = { issue: typeof row.issue_key === 'string' ? row.issue_key : issue_id };
    const issue = { issue_id, asked: askedFor(keyOrId) };
    const entries = listIssueCommits(scope, issue, keysOf(known, row, []), after);
    return answerListing(deps.git_sha, request, run, { args, id }, entries);
  };

/** The issue, and the key or id that the caller asked for. */
type Issue = { issue_id: string; asked: string };

/**
 * Where a listing continues; without `sk`, after all commits that name `key`. `done`: earlier keys, space-separated.
 */
type After = { key: string; sk?: string | undefined; done?: string | undefined };

const PAGE = 50;

/**
 * The commits of an issue, by key, repository and id. `keys`: all keys it has or had. A key that the issue gets between
 * two pages comes after those already completed.
 */
async function* listIssueCommits(
  place: ReadScope,
  issue: Issue,
  keys: string[],
  from: After | null,
): AsyncGenerator<Entry<LinkedCommit>> {
  const { table, tenant, signal } = place;
  if (from) checkAfter(keys, from);
  const done = new Set(from ? doneBefore(keys, from) : []);
  if (from && from.sk === undefined) done.add(from.key);
  const left = keys.filter((key) => !done.has(key) && key !== from?.key).sort();
  for (const key of from?.sk === undefined ? left : [from.key, ...left]) {
    const sk = key === from?.key ? from.sk : undefined;
    let after: Item | null = sk === undefined ? null : { pk: aliasPartition(tenant, key), sk };
    do {
      const page: { limit: number; after: Item | null } = { limit: PAGE, after };
      const { refs, last } = await listNaming({ table, tenant, signal }, key, 'commit', page);
      const rows = await readKnown(place, refs);
      for (const [index, ref] of refs.entries()) {
        const position = positionOf(issue, done, key, candidateKey(tenant, key, ref).sk);
        yield {
          kind: 'entry',
          position,
          item: shown(rows[index] ?? null, issue.issue_id, { key, ref }, done),
        };
      }
      after = last;
    } while (after !== null);
    yield { kind: 'end-of-part', position: positionOf(issue, done, key, null), item: null };
    done.add(key);
  }
}

/** @throws BadRequestError for a position that no page of this listing ends at */
const checkAfter = (keys: string[], { key, sk }: After): void => {
  if (!keys.includes(key) || (sk !== undefined && !sk.startsWith(candidateSortPrefix('commit'))))
    throw foreignCursor();
};

/** The keys completed before. If they did not fit into the cursor, all keys that sort before its own. */
const doneBefore = (keys: string[], { key, done }: After): string[] =>
  done === undefined ? keys.filter((one) => one < key) : done.split(' ').filter((one) => one !== '');

/** Most bytes of keys in a cursor. */
const MOST_DONE_BYTES = 1_000;

const positionOf = (issue: Issue, done: Set<string>, key: string, sk: string | null): Position => {
  const carried = [...done].join(' ');
  return {
    ...issue,
    key,
    ...(sk === null ? {} : { sk }),
    ...(Buffer.byteLength(carried) <= MOST_DONE_BYTES ? { done: carried } : {}),
  };
};

/**
 * The item to list, or null. A commit that names several keys of its issue is listed only under the first of them; one
 * that is stored under several names of its repository, only under the first name whose row has that key.
 */
const shown = (
  row: KnownRef | null,
  issueId: string,
  { key, ref }: { key: string; ref: Ref },
  done: Set<string>,
): LinkedCommit | null => {
  if (!belongsTo(row, issueId) || row.links === null) return null;
  const parts = row.parts.map((part) => ({ name: part.ref.repository, keys: allCandidates(part.state) }));
  if (parts.some(({ keys }) => keys.some((one) => done.has(one)))) return null;
  if (parts.find(({ keys }) => keys.includes(key))?.name !== ref.repository) return null;
  return linkedCommit(row, row.links.rule)[0] ?? null;
};
