import type { Ref } from '../../domain/link.ts';
import { listNaming } from '../../store/candidates.ts';
import { type RefRow, readRefs } from '../../store/ref-row.ts';
import type { Item } from '../../store/table-client.ts';
import type { Scope } from './scope.ts';

const PAGE = 100;

type Kinds = readonly Ref['kind'][];

export const BOTH_KINDS: Kinds = ['commit', 'pull_request'];

/** Pages of everything that names one of the keys; what names two of them comes twice. */
export async function* refsNaming(
  { table, tenant, signal }: Scope,
  keys: Iterable<string>,
  kinds: Kinds,
): AsyncGenerator<Ref[]> {
  for (const key of keys)
    for (const kind of kinds) {
      let after: Item | null = null;
      do {
        const page: { refs: Ref[]; last: Item | null } = await listNaming(
          table,
          tenant,
          key,
          kind,
          { limit: PAGE, after },
          signal,
        );
        if (page.refs.length > 0) yield page.refs;
        after = page.last;
      } while (after !== null);
    }
}

/** True for a commit that is known, or a pull request, that belongs to the issue. */
export const belongsTo = (row: RefRow | null, issueId: string): row is RefRow =>
  row !== null &&
  (row.state.kind === 'pull_request' || row.state.details !== null) &&
  row.links?.issue_ids.includes(issueId) === true;

/** Pages of what belongs to an issue, by all keys it had; what names two of them comes twice. */
export async function* refsOfIssue(
  scope: Scope,
  issueId: string,
  keys: Iterable<string>,
  kinds: Kinds,
): AsyncGenerator<RefRow[]> {
  for await (const refs of refsNaming(scope, keys, kinds)) {
    const rows = await readRefs(scope.table, scope.tenant, refs, scope.signal);
    const belonging = rows.filter((row) => belongsTo(row, issueId));
    if (belonging.length > 0) yield belonging;
  }
}
