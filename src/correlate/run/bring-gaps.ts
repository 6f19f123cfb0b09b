import { repositoryKey } from '../../domain/repository.ts';
import { gapsOfGroup } from '../../store/links/gaps.ts';
import { decodeRef } from '../../store/links/refs.ts';
import type { Affected } from './affected.ts';
import { evaluateRefs } from './evaluate-refs.ts';
import { readKnown } from './known-refs.ts';
import { readNames } from './repositories.ts';
import type { Scope } from './scope.ts';
import { updateAffected } from './update-affected.ts';

/**
 * After a rename: brings the commits without a story that lie under older names of a repository to the name of now, so
 * that its listing has them in order. What is brought lies there no more, so a run that ends in between goes on where it
 * stopped. Commits that belong to an issue are found by its keys under any name, and come when they are decided again.
 * @param affected takes the issues that gained, kept or lost a commit
 */
export const bringGaps = async (scope: Scope, repository: string, affected: Affected): Promise<void> => {
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
      for (const [id, keys] of evaluated.affected)
        affected.set(id, new Set([...(affected.get(id) ?? []), ...keys]));
    }
  }
};
