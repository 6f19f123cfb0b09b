import { isDeepStrictEqual } from 'node:util';
import { type DeliveredRepository, type RepositoryFacts, repositoryKey } from '../../domain/repository.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { gapsOfGroup } from '../../store/links/gaps.ts';
import { decodeRef } from '../../store/links/refs.ts';
import { putRepository, readRepositories } from '../../store/links/repository-row.ts';
import { type ReadScope, readKnown, readNames } from '../known/known-refs.ts';
import { mergeRepositories, NOTHING_KNOWN } from '../rules/repository-names.ts';
import { type Affected, note, updateAffected } from './affected.ts';
import { NOTHING, type Touched } from './collect-findings.ts';
import { evaluateRefs } from './evaluate-refs.ts';
import { afterConflict, MOST_CONFLICTS, type Scope } from './scope.ts';
import type { Work } from './unpack-event.ts';

type Delivered = Work & { kind: 'commits' };

/** Takes a delivery of commits. A rename is durable before anything is written under either name. */
export const takeCommits = async (
  scope: Scope,
  { news, repository, received_ms }: Delivered,
): Promise<Touched> => {
  await learnRepository(scope, repository, received_ms);
  const { affected, moved } = await evaluateRefs(scope, news);
  await updateAffected(scope, { affected, moved }, null);
  if (repository.renamed) await bringGaps(scope, repository.name, affected);
  return { ...NOTHING, issues: affected, refs: news.map(({ ref }) => ref) };
};

/**
 * Stores what a delivery says of its repository, before its commits: how the name is spelt, and what it was called
 * before. Writes only what is new.
 * @param nowMs when the delivery was received, for a rename without a time of its own
 */
const learnRepository = async (
  place: ReadScope,
  { name, id, renamed }: DeliveredRepository,
  nowMs: number,
): Promise<void> => {
  const to = repositoryKey(name);
  const from = renamed ? repositoryKey(renamed.from) : to;
  const renames = renamed && from !== to ? [{ from, to, at_ms: renamed.at_ms ?? nowMs, id }] : [];
  const ids = id === null ? [] : [id];
  await learnOf(place, to, { spelling: name, ids, renames });
  if (renamed && from !== to) await learnOf(place, from, { spelling: renamed.from, ids, renames });
};

const learnOf = async (
  { table, tenant, signal, rows }: ReadScope,
  name: string,
  facts: RepositoryFacts,
): Promise<void> => {
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const [row = null] = await readRepositories(rows, tenant, [name]);
    const before = row?.facts ?? null;
    const merged = mergeRepositories(before ?? NOTHING_KNOWN, facts);
    if (isDeepStrictEqual(merged, before)) return;
    const next = { facts: merged, revision: row?.revision ?? null };
    if (await putRepository({ table, tenant, signal }, name, next)) return;
    await afterConflict(tries);
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};

/**
 * After a rename: moves the commits without a story that are stored under older names of a repository to its current
 * name, so that its listing has them in order. A moved commit is no longer listed under the old name, so after a crash
 * the next run continues with the rest. Commits that belong to an issue are found by its keys under any name, and are
 * moved when they are next evaluated.
 * @param affected collects the issues that gained, kept or lost a commit
 */
const bringGaps = async (scope: Scope, repository: string, affected: Affected): Promise<void> => {
  const { table, tenant, signal } = scope;
  const names = (await readNames(scope, [repository])).get(repositoryKey(repository));
  for (const group of names?.all ?? []) {
    const query = { tenant, kind: 'commit', groups: [group], from: null, newest_first: true } as const;
    for await (const gaps of gapsOfGroup({ table, signal }, query, group, null)) {
      const known = await readKnown(
        scope,
        gaps.flatMap(({ row }) => (row ? [decodeRef(row).ref] : [])),
      );
      const due = known.flatMap((row) =>
        row?.parts.some(({ ref }) => ref.repository !== row.ref.repository) ? [row.ref] : [],
      );
      const evaluated = await evaluateRefs(
        scope,
        due.map((ref) => ({ ref, state: null })),
      );
      await updateAffected(scope, evaluated, null);
      for (const [id, keys] of evaluated.affected) note(affected, id, keys);
    }
  }
};
