import pMap from 'p-map';
import type { Ref } from '../../domain/link.ts';
import { snapshotKey } from '../../store/calls/keys.ts';
import { readIssueLinks } from '../../store/links/issue-links-row.ts';
import type { RunArgs } from '../documents/schema.ts';
import { keysOf, refsNaming } from '../known/linked-refs.ts';
import type { Affected } from './affected.ts';
import { NOTHING } from './collect-findings.ts';
import { lookAtIssue } from './look-at-issue.ts';
import { type BatchDeps, newScope } from './scope.ts';
import { type WrittenRun, writeDocument } from './write-document.ts';

/** Issues looked at in parallel. */
const ISSUES_AT_A_TIME = 8;

/** Looks at one issue again, and returns the commits that name it, whether or not they belong to it. */
const look = async (deps: BatchDeps, issueId: string): Promise<Ref[]> => {
  const scope = newScope(deps);
  await lookAtIssue(scope, issueId, []);
  const row = await readIssueLinks(scope.row, scope.tenant, issueId);
  const snapshot = await scope.row(snapshotKey(scope.tenant, issueId));
  const refs: Ref[] = [];
  for await (const page of refsNaming(scope, keysOf(row, snapshot, []), 'commits')) refs.push(...page);
  return refs;
};

/**
 * Correlates these issues on demand and writes a document of them, which leaves `latest` alone.
 * @param onDone called after each issue, for progress
 * @returns null, and writes nothing, when none of them is known
 * @throws UnavailableError
 */
export const runOnDemand = async (
  deps: BatchDeps,
  issueIds: string[],
  args: RunArgs,
  onDone: () => void,
): Promise<WrittenRun | null> => {
  const refs = await pMap(
    issueIds,
    async (id) => {
      const naming = await look(deps, id);
      onDone();
      return naming;
    },
    { concurrency: ISSUES_AT_A_TIME },
  );
  const issues: Affected = new Map(issueIds.map((id) => [id, new Set<string>()]));
  return writeDocument(deps, { ...NOTHING, issues, refs: refs.flat() }, args, { latest: false });
};
