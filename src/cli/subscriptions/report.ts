import { listReport as executionsReport, type ShownExecution } from '../executions/row.ts';
import { textTable } from '../shared/tables.ts';
import type { ShownRow } from './row.ts';

/** One line per subscription. */
export const listReport = (rows: readonly ShownRow[], tenant: string): string =>
  rows.length === 0
    ? `Tenant ${tenant} has no subscription.`
    : textTable(
        ['id', 'name', 'target', 'takes', 'priority', 'status'],
        rows.map((row) => [
          row.subscription_id,
          row.name,
          row.url,
          conditionsOf(row.filter),
          row.priority,
          row.status,
        ]),
      );

/** One subscription and its latest executions. */
export const showReport = (row: ShownRow, executions: readonly ShownExecution[], resume: string): string =>
  [
    textTable(['id', row.subscription_id], fieldsOf(row)),
    ...(row.status === 'active' ? [] : [`To send again: ${resume}`]),
    executions.length === 0
      ? 'No execution is stored of today or yesterday.'
      : executionsReport(executions, new Map()),
  ].join('\n\n');

const fieldsOf = (row: ShownRow): string[][] => [
  ['name', row.name],
  ['tenant', row.tenant_id],
  ['target', row.url],
  ...(row.header_names.length === 0 ? [] : [['headers', row.header_names.join(', ')]]),
  ['takes', conditionsOf(row.filter)],
  ['received since', row.matches_since],
  ['format', row.format],
  ['signature', signatureOf(row)],
  ['priority', row.priority],
  ['at once', String(row.concurrency)],
  ...(row.rate_per_second === null ? [] : [['rate', `${row.rate_per_second} a second`]]),
  ['timeout', `${row.timeout_seconds} s`],
  ['retries', row.retry],
  ['status', statusOf(row)],
  ['changed', `${row.updated_at} by ${row.updated_by}, rev ${row.rev}`],
  ['made', row.created_at],
];

const signatureOf = ({ signature, secret }: ShownRow): string => {
  if (secret === null) return signature;
  const { source, encoding, version, previous_until } = secret;
  const whose = source === 'imported' ? "the receiver's own key" : 'a key of ours';
  const before = previous_until === null ? '' : `; the one before until ${previous_until}`;
  return `${signature}, ${whose} (${encoding}), version ${version}${before}`;
};

const statusOf = (row: ShownRow): string => {
  const { status, status_at, status_reason, next_probe_at, failed_attempts_in_a_row: failed } = row;
  const reason = status_reason === null ? '' : `: ${status_reason}`;
  const probe = next_probe_at === null ? '' : `; asked again at ${next_probe_at}`;
  const inARow =
    failed === 0 || reason.includes(`${failed} attempts in a row`) ? '' : `; ${failed} failed in a row`;
  return `${status} since ${status_at}${reason}${inARow}${probe}`;
};

/** The conditions in the words of the options. */
const WORDS: Record<keyof ShownRow['filter'], string> = {
  event_types: 'event',
  projects: 'project',
  sources: 'source',
  connections: 'connection',
  issue_types: 'issue type',
  priorities: 'issue priority',
  request_types: 'request type',
  labels: 'label',
  changed_fields: 'changed field',
  except_actors: 'except actor',
};

const isName = (text: string): text is keyof typeof WORDS => Object.hasOwn(WORDS, text);

const conditionsOf = (filter: ShownRow['filter']): string =>
  Object.keys(WORDS)
    .filter(isName)
    .filter((name) => filter[name].length > 0)
    .map((name) => `${WORDS[name]} ${filter[name].join(' or ')}`)
    .join(', ') || 'every event';
