import { compress, decompress } from '../../platform/codec.ts';
import { putRevision, type Revision, revisionOf } from '../calls/conditional-write.ts';
import type { RowReader } from '../calls/gather.ts';
import { issueLinksKey, projectSort, workPartition } from '../calls/keys.ts';
import type { Item, Key, Place } from '../calls/table.ts';

/** The parts of an issue that decide which commits belong to it. */
export type Standing = {
  known: boolean;
  deleted: boolean;
  issue_key: string | null;
  /** True when another issue has its key: both rows name it, and the other one's version is newer. */
  superseded: boolean;
};

/** What correlation knows of one issue, with the revision it was read at. */
export type IssueLinksRow = {
  /** Keys that the issue has or had, and under which all commits have been evaluated since. */
  keys: string[];
  /** The standing under which those commits were evaluated; null when they never were. */
  settled: Standing | null;
  /** Fix versions it has been listed under; only the current ones once there are many. */
  versions: string[];
  /** The project under which it is listed as a story without commits; null when it is not. */
  gap: string | null;
  revision: Revision;
};

/** The current row; an empty one, with revision null, when there is none. */
export const readIssueLinks = async (
  read: RowReader,
  tenant: string,
  issueId: string,
): Promise<IssueLinksRow> => decodeIssueLinks(await read(issueLinksKey(tenant, issueId)));

/** @returns false when it has been written since it was read */
export const putIssueLinks = (
  { table, tenant, signal }: Place,
  issueId: string,
  { revision, ...contents }: IssueLinksRow,
): Promise<boolean> => {
  const item: Item & Key = {
    ...issueLinksKey(tenant, issueId),
    body: encode(contents),
    ...gapAttributes(tenant, issueId, contents.gap),
  };
  return putRevision({ table, signal }, item, revision);
};

/** Longer JSON is compressed: a delivery may hold names of megabytes, and an item 409,600 bytes. */
const LONGEST_PLAIN = 100_000;

const encode = (contents: Omit<IssueLinksRow, 'revision'>): string | Uint8Array => {
  const json = JSON.stringify(contents);
  return json.length > LONGEST_PLAIN ? compress(json) : json;
};

const gapAttributes = (tenant: string, issueId: string, gap: string | null): Item =>
  gap === null ? {} : { work_pk: workPartition(tenant, 'story', gap), work_sk: projectSort(issueId) };

/** True when another issue had this one's key when this one was settled. */
export const isSuperseded = ({ settled }: IssueLinksRow): boolean => settled?.superseded === true;

const NOTHING_KNOWN: IssueLinksRow = {
  keys: [],
  settled: null,
  versions: [],
  gap: null,
  revision: null,
};

export const decodeIssueLinks = (row: Item | null): IssueLinksRow =>
  row === null ? NOTHING_KNOWN : decode(row);

/** Our own JSON, written only by `putIssueLinks`; older rows lack `superseded`. */
const decode = (row: Item): IssueLinksRow => {
  const { settled = null, ...stored } = JSON.parse(jsonOf(row));
  return {
    ...NOTHING_KNOWN,
    ...stored,
    settled: settled && { ...settled, superseded: settled.superseded === true },
    revision: revisionOf(row),
  };
};

const jsonOf = ({ body }: Item): string =>
  body instanceof Uint8Array ? decompress(body).toString() : String(body);
