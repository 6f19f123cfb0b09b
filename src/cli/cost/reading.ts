import { RECONCILE_MINUTES, TURN_MINUTES } from '../../contract/functions.ts';
import { invocations } from './functions.ts';
import { BYTES_PER_GB, read, schedule, secrets, type Use, watching, write } from './lines.ts';
import { ingestWrites, type Month } from './month.ts';
import { batchLogBytes } from './watching.ts';
import { HOURS_OF_MONTH, STACK } from './workload.ts';

/** What reconciling a Jira site adds to the bill; a repaired issue costs as much as its delivery would have. */
export const siteUse = (month: Month): Use[] => {
  const { requests, write_units, read_units } = monthOfReading(month);
  const log_gb = (TURNS_PER_MONTH * batchLogBytes(month)) / BYTES_PER_GB;
  return [
    ...invocations('reconcile', TURNS_PER_MONTH, turnsMs(month, requests) / TURNS_PER_MONTH),
    write('reconcile: leases and checkpoints', write_units),
    read('reconcile: rows compared', read_units),
    secrets("reconcile: Jira's token", 1, 'secrets', 'secret_month'),
    secrets('reconcile: calls, one for each turn', TURNS_PER_MONTH, 'calls', 'secret_call'),
    schedule('reconcile: turns', TURNS_PER_MONTH, 'runs', 'schedule_run'),
    watching('reconcile: logs', log_gb, 'GB', 'log_gb'),
    watching('reconcile: alarms, by metric', STACK.site_alarm_metrics, 'metrics', 'alarm_metric_month'),
  ];
};

/** What reading Jira takes. `hours`: at the rate of requests, given the share of time that turns work. */
export type Reading = { requests: number; hours: number; write_units: number; read_units: number };

/** Reconciliation runs around the clock. */
export const TURNS_PER_MONTH = (HOURS_OF_MONTH * 60) / RECONCILE_MINUTES;

/** Every ten minutes. */
const UPDATE_RUNS_PER_MONTH = HOURS_OF_MONTH * 6;

/** Which Jira it is, which account asks, and one page of changes. */
const REQUESTS_OF_UPDATES = 3;

/** Ids per page: Jira Cloud gives 5,000, Data Center 1,000. The lower number counts. */
const IDS_PER_PAGE = 1_000;
const BODIES_PER_REQUEST = 100;
const PROJECTS_PER_PAGE = 100;

/** Issues read again at the end of a first load, to measure drift. */
const SAMPLE = 1_000;

const DAYS_OF_MONTH = HOURS_OF_MONTH / 24;

/** With fewer issues the census is daily, else weekly. */
const DAILY_BELOW = 100_000;

/** Reading everything once, into an empty table. */
export const firstLoad = (month: Month): Reading => {
  const { workload, measured, assumed } = month;
  const { issues, body_bytes, correlation } = workload;
  const pages = censusRequests(month);
  const bodies = Math.ceil(issues / BODIES_PER_REQUEST);
  const requests = pages + bodies + Math.ceil(Math.min(SAMPLE, issues) / BODIES_PER_REQUEST);
  const { table_units, index_units } = ingestWrites(measured, body_bytes, 'creation');
  const written = table_units + index_units + (correlation ? measured.creation_write_units : 0);
  const read = assumed.compared_read_units + (correlation ? measured.creation_read_units : 0);
  return {
    requests,
    hours: hoursOf(month, requests),
    write_units: issues * written + (pages + bodies) * assumed.page_write_units,
    read_units: issues * read,
  };
};

/** A month of updates, censuses and thirtieths in which webhooks missed nothing. */
export const monthOfReading = (month: Month): Reading => {
  const { workload, assumed } = month;
  const { issues } = workload;
  const censuses = issues < DAILY_BELOW ? DAYS_OF_MONTH : DAYS_OF_MONTH / 7;
  const bodies = Math.ceil(issues / BODIES_PER_REQUEST);
  const pages = censuses * censusRequests(month) + bodies;
  const requests = UPDATE_RUNS_PER_MONTH * REQUESTS_OF_UPDATES + pages;
  return {
    requests,
    hours: hoursOf(month, requests),
    write_units: TURNS_PER_MONTH * assumed.turn_write_units + pages * assumed.page_write_units,
    read_units: issues * assumed.compared_read_units + censuses * listedUnits(month),
  };
};

/** How long all turns of a month take (milliseconds), including those without requests. */
const turnsMs = ({ assumed, workload }: Month, requests: number): number => {
  const own = TURNS_PER_MONTH * assumed.turn_write_units * assumed.dynamodb_call_ms;
  return own + requests * Math.max(assumed.jira_call_ms, 1_000 / workload.reconcile_rate);
};

/** Requests for the projects, the number of issues of each, and the pages of its ids. */
const censusRequests = ({ workload: { issues }, assumed: { project_issues } }: Month): number => {
  const projects = Math.ceil(issues / project_issues);
  const pages = projects * Math.ceil(Math.min(issues, project_issues) / IDS_PER_PAGE);
  return Math.ceil(projects / PROJECTS_PER_PAGE) + projects + pages;
};

/** Read units per byte of an index: half a unit for each 4 KB, since its reads are eventually consistent. */
const UNITS_PER_BYTE = 0.5 / 4_096;

/** Read units to list all stored ids. An entry of by_project is as large as one of by_issue. */
const listedUnits = ({ workload, measured, assumed }: Month): number =>
  workload.issues * (measured.by_issue_entry_bytes + assumed.row_overhead_bytes) * UNITS_PER_BYTE;

/** Hours for so many requests: turns fill only a part of the time between their starts. */
const hoursOf = ({ workload }: Month, requests: number): number =>
  (requests / workload.reconcile_rate / 3_600) * (RECONCILE_MINUTES / TURN_MINUTES);
