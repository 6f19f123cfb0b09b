import { isIssueKey, lookupKey } from '../domain/issue-key.ts';
import { isRepositoryName, repositoryKey } from '../domain/repository.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { readFilter, readSince } from '../http/query.ts';
import { singleReader } from '../store/gather.ts';
import { readIssueLinks } from '../store/issue-links-row.ts';
import type { Table } from '../store/table-client.ts';
import { listCommitGaps, listStoryGaps } from './correlate/list-gap-items.ts';
import { listIssueCommits } from './correlate/list-issue-commits.ts';
import type { Place } from './correlate/scope.ts';
import { keysOf } from './correlate/update-issue.ts';
import type { RouteHandler, RouteHandlers } from './dispatch.ts';
import { answerListing, type Entry } from './listing.ts';
import { lookUpIssue, noIssue } from './look-up-issue.ts';
import type { Run } from './run.ts';

export type ReadDeps = { table: Table; git_sha: string };

const scopeOf = ({ table }: ReadDeps, { signal }: Run): Place => ({ table, tenant: DEFAULT_TENANT, signal });

/** What cannot be a project or a repository has nothing listed under it. */
async function* nothing(): AsyncGenerator<Entry<never>[]> {}

const getIssueCommits =
  (deps: ReadDeps): RouteHandler =>
  async (request, keyOrId, run) => {
    const found = await lookUpIssue(deps.table, keyOrId, run);
    if (!found?.row) return noIssue(run);
    const { issue_id, row } = found;
    const scope = scopeOf(deps, run);
    const known = await readIssueLinks(singleReader(scope.table, run.signal), scope.tenant, issue_id);
    const keys = keysOf(known, row, []).sort();
    const asked = { issue: typeof row.issue_key === 'string' ? row.issue_key : issue_id };
    return answerListing(deps.git_sha, request, run, asked, (after) =>
      listIssueCommits(scope, issue_id, keys, after),
    );
  };

const getStoryGaps =
  (deps: ReadDeps): RouteHandler =>
  async (request, _argument, run) => {
    const project = readFilter(request.query, 'project');
    const asked = {
      project: project && lookupKey(project),
      fix_version: readFilter(request.query, 'fix_version'),
    };
    return answerListing(deps.git_sha, request, run, asked, (after) =>
      project === null || isIssueKey(project) ? listStoryGaps(scopeOf(deps, run), asked, after) : nothing(),
    );
  };

const getCommitGaps =
  (deps: ReadDeps): RouteHandler =>
  async (request, _argument, run) => {
    const repository = readFilter(request.query, 'repository');
    const since = readSince(request.query);
    const asked = { repository: repository && repositoryKey(repository), since: since?.text ?? null };
    return answerListing(deps.git_sha, request, run, asked, (after) =>
      repository === null || isRepositoryName(repository)
        ? listCommitGaps(scopeOf(deps, run), { repository, since: since?.ms ?? null }, after)
        : nothing(),
    );
  };

/** What correlation found, to ask for. */
export const correlationRoutes = (deps: ReadDeps): RouteHandlers => ({
  'list-issue-commits': getIssueCommits(deps),
  'list-stories-without-commits': getStoryGaps(deps),
  'list-commits-without-story': getCommitGaps(deps),
});
