import type { RepositoryFacts } from '../../domain/repository.ts';
import { putRevision, type Revision, revisionOf } from '../calls/conditional-write.ts';
import type { RowsReader } from '../calls/gather.ts';
import { repositoryRowKey } from '../calls/keys.ts';
import type { Item, Place } from '../calls/table.ts';

/** What is known of a repository's name, with the revision it was read at. */
type RepositoryRow = { facts: RepositoryFacts; revision: Revision };

/** The rows of these repository keys, in their order; null for a name without deliveries. */
export const readRepositories = async (
  read: RowsReader,
  tenant: string,
  names: string[],
): Promise<(RepositoryRow | null)[]> => {
  const rows = await read(names.map((name) => repositoryRowKey(tenant, name)));
  return rows.map((row) => row && decode(row));
};

/** Our own JSON, written only by `putRepository`. */
const decode = (row: Item): RepositoryRow => ({
  facts: JSON.parse(String(row.body)),
  revision: revisionOf(row),
});

/** @returns false when it has been written since it was read */
export const putRepository = (
  { table, tenant, signal }: Place,
  name: string,
  { facts, revision }: RepositoryRow,
): Promise<boolean> =>
  putRevision(
    { table, signal },
    { ...repositoryRowKey(tenant, name), body: JSON.stringify(facts) },
    revision,
  );
