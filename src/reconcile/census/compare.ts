import { MINUTE_MS, parseInstant } from '../../domain/instant.ts';
import { issueLinksKey, projectPartition, snapshotKey } from '../../store/calls/keys.ts';
import { readRows, readRowsOf } from '../../store/calls/rows.ts';
import type { Item } from '../../store/calls/table.ts';
import { listIssueIds } from '../../store/issues/list-issues.ts';
import { toSnapshot } from '../../store/issues/snapshot-row.ts';
import { decodeIssueLinks, isSuperseded } from '../../store/links/issue-links-row.ts';
import { type Stored, withoutEvent } from '../behind.ts';
import { lookAgain } from '../look-again.ts';
import type { Job } from '../loop.ts';
import type { Session } from '../session.ts';
import type { CensusRun, CensusState, CountedProject } from './state.ts';

/** Issues of one page, as many from the table as from Jira: the rows of both are in memory together. */
const PAGE = 500;

/** Most ids that are listed of the issues that are only in the table. */
const MOST_SHOWN = 100;

/** Jira's index may lag by this much: issues that were created since are not expected in it. */
const INDEX_MS = 30 * MINUTE_MS;

/**
 * Compares one page of a project's ids: issues that are only in Jira, or marked deleted in the table, are read by id;
 * issues that are only in the table are counted.
 * @param listed all ids that Jira lists, in numeric order
 * @returns the project's state after that page, null if the turn ended before the page was done
 */
export const comparePage = async (
  job: Job<CensusState>,
  run: CensusRun,
  project: CountedProject,
  listed: readonly bigint[],
): Promise<CountedProject | null> => {
  const { session } = job;
  const { shelf, after } = project.compared ?? { shelf: 0, after: null };
  const key = [project.key, ...project.old_keys][shelf] ?? project.key;
  // Issues that a crashed runner stored on this page must not push others to the next page.
  const limit = job.isAgain() ? 2 * PAGE : PAGE;
  const page = await listIssueIds(session.place(), key, { limit, after });
  const wanted = shelf === 0 ? between(listed, after, page.last) : [];
  const { last, here, inJira } = cut(page, wanted);
  const sorted = await sortOut(session, key, { here, wanted: inJira, listed });
  const lost = job.isAgain() ? await withoutEvent(session, sorted.known) : [];
  const { left } = await lookAgain(job, [...sorted.unknown, ...lost], { loads: project.loads });
  if (left.length > 0) return null;
  const only = await onlyHere(session, run, sorted.suspects);
  job.count({ pages: 1, only_here: isWhole(project, listed.length) ? only.length : 0 });
  const next = last === null ? { shelf: shelf + 1, after: null } : { shelf, after: last };
  return {
    ...project,
    compared: next,
    only_here: project.only_here + only.length,
    some: [...project.some, ...only].slice(0, MOST_SHOWN),
  };
};

/** Many ids may be only in Jira, between two stored issues or after the last: then the page is cut short. */
const cut = ({ ids, last }: { ids: string[]; last: string | null }, wanted: string[]) => {
  const end = wanted[PAGE - 1];
  if (end === undefined || wanted.length === PAGE) return { here: ids, last, inJira: wanted };
  return { here: ids.filter((id) => BigInt(id) <= BigInt(end)), last: end, inJira: wanted.slice(0, PAGE) };
};

/**
 * Whether Jira seems to have listed all issues, judged by the number of different ids. If it did not, an issue that it
 * did not list may still exist in Jira.
 */
export const isWhole = ({ place, count }: CountedProject, listed: number): boolean =>
  place.whole && (count === null || Math.abs(listed - count) <= Math.max(100, count * 0.05));

const between = (listed: readonly bigint[], after: string | null, last: string | null): string[] => {
  const from = after === null ? 0 : firstAbove(listed, BigInt(after));
  const to = last === null ? listed.length : firstAbove(listed, BigInt(last));
  return listed.slice(from, to).map(String);
};

/** How many of the sorted ids are not greater than this one. */
const firstAbove = (listed: readonly bigint[], id: bigint): number => {
  let [low, high] = [0, listed.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((listed[middle] ?? id) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
};

const isListed = (listed: readonly bigint[], id: string): boolean =>
  listed[firstAbove(listed, BigInt(id)) - 1] === BigInt(id);

type Page = { here: readonly string[]; wanted: readonly string[]; listed: readonly bigint[] };

/** Sorts the ids by their rows, which say which project an issue is in: the index lags. */
const sortOut = async (session: Session, key: string, { here, wanted, listed }: Page) => {
  const { tenant } = session.deps;
  const partition = projectPartition(tenant, key);
  const ids = [...new Set([...wanted, ...here])];
  const keys = ids.map((id) => snapshotKey(tenant, id));
  const rows = await readRows(session.place(), keys, 'eventual');
  const stored = ids.map((id, index) => ({ id, row: rows[index] ?? null }));
  const inJira = new Set(wanted);
  return {
    unknown: stored.flatMap(({ id, row }) => (inJira.has(id) && !isKnown(row, partition) ? [id] : [])),
    known: stored.filter(({ id, row }) => inJira.has(id) && isKnown(row, partition)),
    suspects: stored.filter(({ id, row }) => !isListed(listed, id) && isKnown(row, partition)),
  };
};

const isKnown = (row: Item | null, partition: string): row is Item =>
  row !== null && row.deleted !== true && row.project_pk === partition;

/** Ids of the suspects, without superseded issues and those that are too young for Jira's index. */
const onlyHere = async (
  { deps, ...session }: Session,
  { started_ms }: CensusRun,
  suspects: readonly Stored[],
): Promise<string[]> => {
  const derived = await readRowsOf(session.place(), suspects, ({ id }) => issueLinksKey(deps.tenant, id));
  return derived.flatMap(([{ id, row }, links]) => {
    if (row === null || isSuperseded(decodeIssueLinks(links))) return [];
    const created = parseInstant(toSnapshot(deps.tenant, id, row).created_at ?? '');
    return created !== null && created >= started_ms - INDEX_MS ? [] : [id];
  });
};
