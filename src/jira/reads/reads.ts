import type { JsonObject } from '../../domain/json.ts';
import type { Traffic } from '../client.ts';
import type { Deployment } from '../deployment.ts';

/**
 * What reconciliation reads from any kind of Jira. Nothing here changes anything in Jira. Every rejection is a
 * JiraError; one with `not_before` ends the turn until then.
 */
export type Reads = {
  deployment: Deployment;
  /**
   * One page of a search. `next` is null for the first page, else the `next` of the previous page. The query needs a
   * stable order (`ORDER BY created ASC`): otherwise rows move between pages. Fault `page_lost`: discard what was found
   * so far and restart the search.
   */
  searchIds(query: { jql: string; fields: 'id' | 'updated' }, next: string | null): Promise<Page>;
  /** How many issues there are, roughly (Cloud) or by the index (Data Center); null when Jira does not say. */
  count(jql: string): Promise<number | null>;
  /** The bodies of issues by id, a hundred per request. */
  readBodies(ids: readonly string[]): Promise<Bodies>;
  /** `gone` only when Jira itself says so: deleted, or not visible to this account. Follows moves. */
  readIssue(idOrKey: string): Promise<{ look: Look } | { gone: true }>;
  /** The live projects. On Data Center they include some that the account may not browse: check `mayBrowse`. */
  projects(): Promise<JiraProject[]>;
  /** Whether the account may browse the project's issues now. One request on Data Center, none on Cloud. */
  mayBrowse(project: JiraProject): Promise<boolean>;
  fieldNames(): Promise<FieldName[]>;
  /** The account. Makes no request: `openReads` has read it, and fails if Jira does not accept the login. */
  account(): Promise<Account>;
  /** Jira's clock in epoch milliseconds, at the time of the call or a little earlier. */
  now(): Promise<number>;
  /** How many requests all of these made, and until when requests are held. */
  traffic(): Traffic;
};

/** An issue found by a search. `updated_ms` is null when it was not requested, or is not an instant. */
export type Row = { id: string; updated_ms: number | null };

export type Page = {
  rows: Row[];
  /** Number of further rows, left out because they have no readable id. */
  odd: number;
  /** Opaque text for `searchIds`, which may be stored; null: there is no further page. */
  next: string | null;
  /** Jira's clock at the start of the request. */
  rows_at: number;
  /**
   * False if Jira warns that it does not show all matches, or if the search finds more than can be paged through. A
   * smaller slice may be complete.
   */
  complete: boolean;
  /** Total of the whole search; Data Center only. */
  total: number | null;
};

/**
 * One read of an issue. `started_ms`: Jira's clock at the start of the request. `asked_key`: the key that was
 * requested, which the issue has or had.
 */
export type Look = { read: 'id' | 'search'; started_ms: number; issue: JsonObject; asked_key?: string };

/** Each requested id is in exactly one of the three. */
export type Bodies = {
  looks: Look[];
  /** Not found or not permitted. On Data Center, a stale index may be the reason. */
  missing: string[];
  /** Not read, which says nothing about them: retry in a smaller group, then alone with `readIssue`. */
  retry: string[];
};

/** `keys`: all keys that it ever had, the current one first. */
export type JiraProject = { id: string; key: string; keys: string[] };

/** `type` is `array` for lists, and `items` the type of their items. `custom` is the kind of a custom field. */
export type FieldName = {
  id: string;
  name: string;
  type: string | null;
  items: string | null;
  custom: string | null;
};

/** `groups` is null when Jira does not list all of them. */
export type Account = { id: string; groups: string[] | null };
