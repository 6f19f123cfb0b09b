import { allCandidates } from '../../correlate/links.ts';
import type { Ref } from '../../domain/link.ts';
import type { LinkedCommit } from '../../domain/run-document.ts';
import type { Position } from '../../http/cursor.ts';
import { listNaming } from '../../store/candidates.ts';
import { candidateKey } from '../../store/keys.ts';
import type { Item } from '../../store/table-client.ts';
import type { Entry } from '../listing.ts';
import { linkedCommit } from './collect-findings.ts';
import { type KnownRef, readKnown } from './known-refs.ts';
import { belongsTo } from './linked-refs.ts';
import type { Place } from './scope.ts';

const PAGE = 50;

/**
 * A commit that names several keys of its issue is shown under the first of them; one that lies under several names of
 * its repository under the first name that leads there from that key.
 */
const shown = (
  row: KnownRef | null,
  issueId: string,
  { key, ref }: { key: string; ref: Ref },
  keys: string[],
): LinkedCommit | null => {
  if (!belongsTo(row, issueId) || row.links === null) return null;
  const parts = row.parts.map((part) => ({ name: part.ref.repository, keys: allCandidates(part.state) }));
  const named = new Set(parts.flatMap((part) => part.keys));
  if (keys.find((one) => named.has(one)) !== key) return null;
  if (parts.find((part) => part.keys.includes(key))?.name !== ref.repository) return null;
  return linkedCommit(row, row.links.rule)[0] ?? null;
};

/** Pages of the commits of an issue, by key, repository and id. `keys`: all it had, sorted. */
export async function* listIssueCommits(
  scope: Place,
  issueId: string,
  keys: string[],
  from: Position | null,
): AsyncGenerator<Entry<LinkedCommit>[]> {
  const { table, tenant, signal } = scope;
  for (const key of keys.filter((one) => from === null || one >= String(from.key))) {
    let after: Item | null = from?.key === key ? { pk: from.pk, sk: from.sk } : null;
    do {
      const page: { limit: number; after: Item | null } = { limit: PAGE, after };
      const { refs, last } = await listNaming(table, tenant, key, 'commit', page, signal);
      const rows = await readKnown(scope, refs);
      yield refs.map((ref, index) => ({
        position: { key, ...candidateKey(tenant, key, ref) },
        item: shown(rows[index] ?? null, issueId, { key, ref }, keys),
      }));
      after = last;
    } while (after !== null);
  }
}
