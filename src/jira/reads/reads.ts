import type { JsonObject } from '../../domain/json.ts';
import type { Traffic } from '../client.ts';
import type { Deployment } from '../deployment.ts';

/**
 * What reconciliation asks of a Jira, whichever it is. Nothing here changes anything there. Every rejection is a
 * JiraError; one with `not_before` ends the turn until then.
 */
export type Reads = {
  deployment: Deployment;
  /**
   * One page of a search. `next` is null for the first one, else what the page before answered. The order must be one
   * that does not change (`ORDER BY created ASC`): rows move between pages otherwise. Fault `page_lost`: what was found
   * so far is of no use, the search begins again.
   */
  searchIds(query: { jql: string; fields: 'id' | 'updated' }, next: string | null): Promise<Page>;
  /** How many issues there are, roughly (Cloud) or by the index (Data Center); null when Jira does not say. */
  count(jql: string): Promise<number | null>;
  /** The bodies of issues by id, a hundred to a request. */
  readBodies(ids: readonly string[]): Promise<Bodies>;
  /** `gone` only when Jira itself says so: deleted, or not for this account's eyes. Follows moves. */
  readIssue(idOrKey: string): Promise<{ look: Look } | { gone: true }>;
  /** The live projects. On Data Center also some that the account sees but may not browse: `mayBrowse` tells. */
  projects(): Promise<JiraProject[]>;
  /** Whether the account may browse the project's issues now. One request on Data Center, none on Cloud. */
  mayBrowse(project: JiraProject): Promise<boolean>;
  fieldNames(): Promise<FieldName[]>;
  /** Who asks. No request: `openReads` has asked, and fails if Jira does not take the login. */
  account(): Promise<Account>;
  /** Jira's clock, in epoch milliseconds, at the latest when this was asked. */
  now(): Promise<number>;
  /** What was sent for all of these, and what Jira asks to be spared. */
  traffic(): Traffic;
};

/** An issue of a search. `updated_ms` is null when it was not asked for, or names no instant. */
export type Row = { id: string; updated_ms: number | null };

export type Page = {
  rows: Row[];
  /** Rows beside those that name no issue: they are left out. */
  odd: number;
  /** Null: there is no further page. Text that may be stored and is only for `searchIds` to read. */
  next: string | null;
  /** Jira's clock at the start of the request. */
  rows_at: number;
  /**
   * False: Jira does not show all that matches, as it says itself, or because the search finds more than can be paged
   * through. A smaller slice may be whole.
   */
  complete: boolean;
  /** Of the whole search; Data Center only. */
  total: number | null;
};

/**
 * One read of an issue. `started_ms`: Jira's clock at the start of the request. `asked_key`: the key by which it was
 * asked for; it has that one or had it.
 */
export type Look = { read: 'id' | 'search'; started_ms: number; issue: JsonObject; asked_key?: string };

/** Each of the ids asked for is in exactly one of the three. */
export type Bodies = {
  looks: Look[];
  /** Not found or not permitted. On Data Center an old index may be the reason. */
  missing: string[];
  /** Not read, which says nothing about them: ask again in a smaller group, and alone by `readIssue`. */
  retry: string[];
};

/** `keys`: all that it ever had, the present one first. */
export type JiraProject = { id: string; key: string; keys: string[] };

/** `type` is `array` for lists, whose `items` have a type. `custom` names the kind of a custom field. */
export type FieldName = {
  id: string;
  name: string;
  type: string | null;
  items: string | null;
  custom: string | null;
};

/** `groups` is null when Jira does not name all of them. */
export type Account = { id: string; groups: string[] | null };
