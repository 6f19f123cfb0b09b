import { toStoryWithoutCommits } from '../correlate/documents/items.ts';
import type { CommitWithoutStory, StoryWithoutCommits } from '../correlate/documents/schema.ts';
import { type KnownRef, type ReadScope, readKnown, readNames } from '../correlate/known/known-refs.ts';
import { commitWithoutStory } from '../correlate/known/ref-items.ts';
import { isStory, type Snapshot } from '../domain/issue.ts';
import { isIssueKey, lookupKey } from '../domain/issue-key.ts';
import type { Ref } from '../domain/link.ts';
import { isRepositoryName, repositoryKey } from '../domain/repository.ts';
import { afterGap, cursorId, foreignCursor } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { readFilter, readSince } from '../http/query.ts';
import { issueIdOfKey, snapshotKey, timeSort } from '../store/calls/keys.ts';
import { readRowsOf } from '../store/calls/rows.ts';
import { toSnapshot } from '../store/issues/snapshot-row.ts';
import {
  type GapEntry,
  type GapPosition,
  type GapQuery,
  gapGroups,
  gapsOfGroup,
} from '../store/links/gaps.ts';
import { decodeRef } from '../store/links/refs.ts';
import { boundSnapshot } from './issues.ts';
import { answerListing, type Entry, type ReadDeps, readStart, scopeOf } from './listing.ts';

/** `GET /gaps/stories-without-commits`. */
export const getStoryGaps =
  (deps: ReadDeps): RouteHandler =>
  async (request, _argument, run) => {
    const project = readFilter(request.query, 'project');
    const args = {
      project: project && lookupKey(project),
      fix_version: readFilter(request.query, 'fix_version'),
    };
    const id = cursorId(deps.tenant, ['correlation', args]);
    const after = readStart(request.query, id, afterGap);
    const entries =
      project === null || isIssueKey(project) ? listStoryGaps(scopeOf(deps, run), args, after) : nothing();
    return answerListing(deps.git_sha, request, run, { args, id }, entries);
  };

/** The stories without commits, by project and issue id. `project` in upper case; null for all. */
const listStoryGaps = (
  place: ReadScope,
  { project, fix_version }: { project: string | null; fix_version: string | null },
  after: GapPosition | null,
): AsyncIterable<Entry<StoryWithoutCommits>> => {
  const { table, tenant, signal } = place;
  const groups = project === null ? null : [project];
  const query = { tenant, kind: 'story', groups, from: null, newest_first: false } as const;
  return entriesOf(place, query, after, async function* (page) {
    const toKey = ({ position }: GapEntry) => snapshotKey(tenant, issueIdOfKey(position.pk));
    for (const [{ position, row }, issue] of await readRowsOf({ table, signal }, page, toKey)) {
      const snapshot = row && issue && toSnapshot(tenant, issueIdOfKey(position.pk), issue);
      yield { kind: 'entry', position, item: storyItem(snapshot, fix_version) };
    }
  });
};

/** Iterates over the groups, one page of entries at a time. */
async function* entriesOf<T>(
  place: ReadScope,
  query: GapQuery,
  after: GapPosition | null,
  itemsOf: (page: GapEntry[]) => AsyncIterable<Entry<T>>,
): AsyncGenerator<Entry<T>> {
  checkPosition(query, after);
  for await (const group of gapGroups(place, query, after)) {
    for await (const page of gapsOfGroup(place, query, group, after)) yield* itemsOf(page);
    yield { kind: 'end-of-part', position: { group }, item: null };
  }
}

/** @throws BadRequestError for a position that no page of this listing ends at */
const checkPosition = ({ groups, from }: GapQuery, after: GapPosition | null): void => {
  if (after === null) return;
  const elsewhere = groups !== null && !groups.includes(after.group);
  const early = from !== null && 'work_sk' in after && after.work_sk < from;
  if (elsewhere || early) throw foreignCursor();
};

const storyItem = (snapshot: Snapshot | null, fixVersion: string | null): StoryWithoutCommits | null => {
  if (snapshot === null || !isStory(snapshot)) return null;
  const wanted = fixVersion === null || snapshot.fix_versions.includes(fixVersion);
  return wanted ? toStoryWithoutCommits(boundSnapshot(snapshot)) : null;
};

/** The empty listing of a name that cannot be a project or a repository. */
async function* nothing(): AsyncGenerator<Entry<never>> {}

/** `GET /gaps/commits-without-story`. */
export const getCommitGaps =
  (deps: ReadDeps): RouteHandler =>
  async (request, _argument, run) => {
    const repository = readFilter(request.query, 'repository');
    const since = readSince(request.query);
    const args = { repository: repository && repositoryKey(repository), since: since?.text ?? null };
    const id = cursorId(deps.tenant, ['correlation', args]);
    const after = readStart(request.query, id, afterGap);
    const entries =
      repository === null || isRepositoryName(repository)
        ? listCommitGaps(scopeOf(deps, run), { repository, since: since?.ms ?? null }, after)
        : nothing();
    return answerListing(deps.git_sha, request, run, { args, id }, entries);
  };

/** The commits without a story, by repository, newest first. `since` in epoch milliseconds. */
async function* listCommitGaps(
  place: ReadScope,
  { repository, since }: { repository: string | null; since: number | null },
  after: GapPosition | null,
): AsyncGenerator<Entry<CommitWithoutStory>> {
  const from = since === null ? null : timeSort(since);
  const groups = await groupsOf(place, repository);
  const query = { tenant: place.tenant, kind: 'commit', groups, from, newest_first: true } as const;
  yield* entriesOf(place, query, after, async function* (page) {
    const refs = page.map(({ row }) => row && decodeRef(row).ref);
    const known = await readKnown(
      place,
      refs.filter((ref) => ref !== null),
    );
    for (const [index, { position }] of page.entries()) {
      const ref = refs[index] ?? null;
      yield { kind: 'entry', position, item: ref && commitItem(known.shift() ?? null, ref) };
    }
  });
}

/** Null for all groups, or the names under which one repository is stored. */
const groupsOf = async (place: ReadScope, repository: string | null): Promise<string[] | null> => {
  if (repository === null) return null;
  const names = await readNames(place, [repository]);
  return names.get(repositoryKey(repository))?.all ?? [];
};

/** A commit may have several rows: the first one that is a gap lists it, unless another row links the commit. */
const commitItem = (known: KnownRef | null, { repository }: Ref): CommitWithoutStory | null => {
  const first = known?.parts.find(
    ({ state, links }) => state.kind === 'commit' && state.details !== null && links === null,
  );
  return known && first?.ref.repository === repository ? (commitWithoutStory(known)[0] ?? null) : null;
};
