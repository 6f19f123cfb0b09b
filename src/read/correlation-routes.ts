import type { ReadScope } from '../correlate/known/known-refs.ts';
import { keysOf } from '../correlate/known/linked-refs.ts';
import { isIssueKey, lookupKey } from '../domain/issue-key.ts';
import { isRepositoryName, repositoryKey } from '../domain/repository.ts';
import { cursorId } from '../http/cursor.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import { afterGap, afterIssueCommit } from '../http/positions.ts';
import { readFilter, readSince } from '../http/query.ts';
import type { Run } from '../http/run.ts';
import { rowsReader, singleReader } from '../store/calls/gather.ts';
import type { Table } from '../store/calls/table.ts';
import { readIssueLinks } from '../store/links/issue-links-row.ts';
import { listCommitGaps, listStoryGaps } from './list-gap-items.ts';
import { listIssueCommits } from './list-issue-commits.ts';
import { answerListing, type Entry, readStart } from './listing.ts';
import { askedFor, lookUpListed, noIssue } from './look-up-issue.ts';

type ReadDeps = { table: Table; tenant: string; git_sha: string };

const scopeOf = ({ table, tenant }: ReadDeps, { signal }: Run): ReadScope => ({
  table,
  tenant,
  signal,
  rows: rowsReader({ table, signal }),
});

/** What cannot be a project or a repository has nothing listed under it. */
async function* nothing(): AsyncGenerator<Entry<never>> {}

/** All issues' commits share it: the position names the issue. */
const ISSUE_COMMITS = ['issue-commits'];

const getIssueCommits =
  (deps: ReadDeps): RouteHandler =>
  async (request, keyOrId, run) => {
    const id = cursorId(deps.tenant, ISSUE_COMMITS);
    const after = readStart(request, id, afterIssueCommit);
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

const getStoryGaps =
  (deps: ReadDeps): RouteHandler =>
  async (request, _argument, run) => {
    const project = readFilter(request.query, 'project');
    const args = {
      project: project && lookupKey(project),
      fix_version: readFilter(request.query, 'fix_version'),
    };
    const id = cursorId(deps.tenant, ['correlation', args]);
    const after = readStart(request, id, afterGap);
    const entries =
      project === null || isIssueKey(project) ? listStoryGaps(scopeOf(deps, run), args, after) : nothing();
    return answerListing(deps.git_sha, request, run, { args, id }, entries);
  };

const getCommitGaps =
  (deps: ReadDeps): RouteHandler =>
  async (request, _argument, run) => {
    const repository = readFilter(request.query, 'repository');
    const since = readSince(request.query);
    const args = { repository: repository && repositoryKey(repository), since: since?.text ?? null };
    const id = cursorId(deps.tenant, ['correlation', args]);
    const after = readStart(request, id, afterGap);
    const entries =
      repository === null || isRepositoryName(repository)
        ? listCommitGaps(scopeOf(deps, run), { repository, since: since?.ms ?? null }, after)
        : nothing();
    return answerListing(deps.git_sha, request, run, { args, id }, entries);
  };

/** What correlation found, to ask for. */
export const correlationRoutes = (deps: ReadDeps): RouteHandlers => ({
  'list-issue-commits': getIssueCommits(deps),
  'list-stories-without-commits': getStoryGaps(deps),
  'list-commits-without-story': getCommitGaps(deps),
});
