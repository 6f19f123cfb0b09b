import { toStoryWithoutCommits } from '../../artifact/items.ts';
import { isStory } from '../../correlate/story.ts';
import { repositoryKey } from '../../domain/repository.ts';
import type { CommitWithoutStory, StoryWithoutCommits } from '../../domain/run-document.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Position } from '../../http/cursor.ts';
import { issueIdOfKey, snapshotKey, timeSort } from '../../store/keys.ts';
import { type Gap, type GapPosition, listGaps } from '../../store/list-gaps.ts';
import { readRowsOf } from '../../store/read-items.ts';
import { decodeRef } from '../../store/ref-row.ts';
import { toSnapshot } from '../../store/snapshot-row.ts';
import type { Entry } from '../listing.ts';
import { commitWithoutStory } from './collect-findings.ts';
import { type KnownRef, readKnown } from './known-refs.ts';
import { readNames } from './repositories.ts';
import type { Place } from './scope.ts';

const toGapPosition = (position: Position | null): GapPosition | null =>
  position && {
    group: String(position.group),
    pk: String(position.pk),
    sk: String(position.sk),
    gap_sk: String(position.gap_sk),
  };

const storyItem = (snapshot: Snapshot | null, fixVersion: string | null): StoryWithoutCommits | null => {
  if (snapshot === null || !isStory(snapshot)) return null;
  const wanted = fixVersion === null || snapshot.fix_versions.includes(fixVersion);
  return wanted ? toStoryWithoutCommits(snapshot) : null;
};

/** Pages of the stories without commits, by project and issue id. `project` in upper case; null for all. */
export async function* listStoryGaps(
  { table, tenant, signal }: Place,
  { project, fix_version }: { project: string | null; fix_version: string | null },
  from: Position | null,
): AsyncGenerator<Entry<StoryWithoutCommits>[]> {
  const query = { tenant, kind: 'story', group: project, from: null, newest_first: false } as const;
  for await (const gaps of listGaps(table, query, toGapPosition(from), signal)) {
    const found = gaps.map(({ position }) => ({ position, id: issueIdOfKey(position.pk) }));
    const rows = await readRowsOf(table, found, ({ id }) => snapshotKey(tenant, id), signal);
    yield rows.map(([{ position, id }, row]) => {
      const snapshot = row && toSnapshot(tenant, id, row);
      return { position, item: storyItem(snapshot, fix_version) };
    });
  }
}

/** Of the rows of one commit the first that is a gap shows it, unless another one links it. */
const gapItem = (known: KnownRef | null, { row }: Gap): CommitWithoutStory | null => {
  const { ref } = decodeRef(row);
  const first = known?.parts.find(
    ({ state, links }) => state.kind === 'commit' && state.details !== null && links === null,
  );
  return known && first?.ref.repository === ref.repository ? (commitWithoutStory(known)[0] ?? null) : null;
};

/** The groups of a listing: all, or the names one repository is stored under, from that of the position on. */
const groupsFrom = async (place: Place, repository: string | null, from: Position | null) => {
  if (repository === null) return [null];
  const names = await readNames(place, [repository]);
  const all = names.get(repositoryKey(repository))?.all ?? [];
  return all.slice(Math.max(0, from === null ? 0 : all.indexOf(String(from.group))));
};

/** Pages of the commits without a story, by repository, newest first. `since` in epoch milliseconds. */
export async function* listCommitGaps(
  place: Place,
  { repository, since }: { repository: string | null; since: number | null },
  from: Position | null,
): AsyncGenerator<Entry<CommitWithoutStory>[]> {
  const first = since === null ? null : timeSort(since);
  const { table, tenant, signal } = place;
  for (const group of await groupsFrom(place, repository, from)) {
    const query = { tenant, kind: 'commit', group, from: first, newest_first: true } as const;
    for await (const gaps of listGaps(table, query, toGapPosition(from), signal)) {
      const known = await readKnown(
        place,
        gaps.map(({ row }) => decodeRef(row).ref),
      );
      yield gaps.map((gap, index) => ({
        position: gap.position,
        item: gapItem(known[index] ?? null, gap),
      }));
    }
  }
}
