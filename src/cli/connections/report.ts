import { textTable } from '../shared/tables.ts';
import type { Delivered, ShownRow } from './row.ts';

const NONE = '-';

/** One line per connection. */
export const listReport = (rows: readonly ShownRow[], tenant: string): string =>
  rows.length === 0
    ? `Tenant ${tenant} has no connection.`
    : textTable(
        ['id', 'name', 'kind', 'auth', 'status', 'last received', 'last refused'],
        rows.map((row) => [
          row.connection_id,
          row.name,
          row.kind,
          row.auth,
          row.status,
          row.last_received_at ?? NONE,
          row.last_refused_at ?? NONE,
        ]),
      );

/** One connection and its last deliveries. */
export const showReport = (row: ShownRow, url: URL, deliveries: readonly Delivered[]): string =>
  `${textTable(['id', row.connection_id], fieldsOf(row, url))}\n\n${deliveriesReport(deliveries)}${whyQuarantined(row, deliveries)}`;

const fieldsOf = (row: ShownRow, url: URL): string[][] => [
  ['name', row.name],
  ['tenant', row.tenant_id],
  ['kind', row.kind],
  ['auth', row.header_name === null ? row.auth : `${row.auth} ${row.header_name}`],
  ['url', url.href],
  ['status', statusOf(row)],
  ['secret', secretOf(row)],
  ['last received', row.last_received_at ?? 'never'],
  ['last refused', row.last_refused_at ?? 'never'],
  ...Object.entries(settingsOf(row)).filter((entry): entry is [string, string] => entry[1] !== null),
  ['changed', `${row.updated_at} by ${row.updated_by}, rev ${row.rev}`],
  ['made', row.created_at],
];

const statusOf = ({ status, status_at, status_reason }: ShownRow): string =>
  `${status} since ${status_at}${status_reason === null ? '' : `: ${status_reason}`}`;

const secretOf = ({ secret: { version, previous_until, last_used_at } }: ShownRow): string => {
  const used = last_used_at === null ? 'not used yet' : `last used ${last_used_at}`;
  const before = previous_until === null ? '' : `; the one before verifies until ${previous_until}`;
  return `version ${version}, ${used}${before}`;
};

/** Optional settings; null for one that is not set. */
const settingsOf = (row: ShownRow): Record<string, string | null> => ({
  site: row.site_url,
  'more hosts': listed(row.site_hosts),
  projects: listed(row.project_keys),
  addresses: listed(row.allowed_cidrs),
  'user agent': row.user_agent_prefix,
  rate: row.rate === null ? null : `${row.rate.per_minute} a minute`,
  'event type': row.default_event_type,
});

const listed = (texts: string[]): string | null => (texts.length === 0 ? null : texts.join(', '));

const deliveriesReport = (deliveries: readonly Delivered[]): string =>
  deliveries.length === 0
    ? 'No delivery is stored of today or yesterday.'
    : textTable(
        ['received', 'outcome', 'type', 'issue', 'event'],
        deliveries.map((one) => [
          one.received_at,
          one.outcome,
          one.event_type ?? NONE,
          one.issue_key ?? NONE,
          one.event_id,
        ]),
      );

/** The command that shows why the newest quarantined delivery could not be taken. */
const whyQuarantined = ({ tenant_id }: ShownRow, deliveries: readonly Delivered[]): string => {
  const quarantined = deliveries.find(({ outcome }) => outcome === 'quarantined');
  return quarantined === undefined
    ? ''
    : `\n\nWhy: npm run event -- ${quarantined.event_id} --tenant ${tenant_id}`;
};
