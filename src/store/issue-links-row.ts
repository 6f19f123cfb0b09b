import type { Version } from '../domain/version.ts';
import { gapPartition, issueLinksKey, projectSort } from './keys.ts';
import { putRevision, type Revision, revisionOf } from './put-revision.ts';
import { getItem, type Item, type Key, type Table } from './table-client.ts';

/** What of an issue decides which commits belong to it. */
export type Standing = { known: boolean; deleted: boolean; issue_key: string | null };

/** What correlation knows of one issue, with the revision it was read at. */
export type IssueLinksRow = {
  /** Every key the issue had under which all commits have been evaluated since it had it. */
  keys: string[];
  /** The standing under which they were evaluated; null when they never were. */
  settled: Standing | null;
  /** The snapshot this row was made from: nothing has to be done again for the same one. */
  seen: { version: Version | null; deleted: boolean } | null;
  /** Fix versions it has been listed under. */
  versions: string[];
  /** The project under which it is listed as a story without commits; null when it is not. */
  gap: string | null;
  revision: Revision;
};

const NEVER_SEEN: IssueLinksRow = {
  keys: [],
  settled: null,
  seen: null,
  versions: [],
  gap: null,
  revision: null,
};

/** Our own JSON, written by `putIssueLinks` and by nothing else. */
const decode = (row: Item): IssueLinksRow => ({
  ...NEVER_SEEN,
  ...JSON.parse(String(row.body)),
  revision: revisionOf(row),
});

const decodeIssueLinks = (row: Item | null): IssueLinksRow => (row === null ? NEVER_SEEN : decode(row));

/** The row as of now; an empty one without a revision when there is none. */
export const readIssueLinks = async (
  table: Table,
  tenant: string,
  issueId: string,
  signal: AbortSignal,
): Promise<IssueLinksRow> => decodeIssueLinks(await getItem(table, issueLinksKey(tenant, issueId), signal));

const gapAttributes = (tenant: string, issueId: string, gap: string | null): Item =>
  gap === null ? {} : { gap_pk: gapPartition(tenant, 'story', gap), gap_sk: projectSort(issueId) };

/** @returns false when somebody else has written it since it was read */
export const putIssueLinks = (
  table: Table,
  tenant: string,
  issueId: string,
  { revision, ...contents }: IssueLinksRow,
  signal: AbortSignal,
): Promise<boolean> => {
  const item: Item & Key = {
    ...issueLinksKey(tenant, issueId),
    body: JSON.stringify(contents),
    ...gapAttributes(tenant, issueId, contents.gap),
  };
  return putRevision(table, item, revision, signal);
};
