import type { Connection } from '../../domain/connection.ts';
import {
  type EventFacts,
  type NormalizedDelivery,
  type Problem,
  type ProblemType,
  withoutTraits,
} from '../../domain/delivery.ts';
import { lookupKey, projectOfKey } from '../../domain/issue-key.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { isCommitSource } from '../../domain/source.ts';
import { readJson } from '../../senders/read-json.ts';
import type { StoredEvent } from '../../store/events/event-row.ts';
import { type DeliveryRead, readDelivery } from '../read-delivery.ts';
import { eventTypeIn } from './query.ts';

/** What a connection's body says, as far as the connection lets it, and what people should know of how it was read. */
export type ReadThrough = { read: DeliveryRead; warnings: string[] };

/** The warning of a body that was taken and changes nothing of the issue it is about. */
export const OTHER_SITE = 'other-site';

/** What is said of a body beside it: by a header, and by the query. */
export type SaidBeside = { event_name: string | null; event_type: string | null };

/** The same as it is kept with the event: a replay reads what the delivery read. */
export const saidBeside = ({
  event_name,
  query = '',
}: Pick<StoredEvent, 'event_name' | 'query'>): SaidBeside => ({
  event_name,
  event_type: eventTypeIn(query),
});

/** What a connection says of its bodies. */
export type Rules = Pick<
  Connection,
  'tenant_id' | 'kind' | 'site_url' | 'site_hosts' | 'project_keys' | 'default_event_type'
>;

const refusal = (type: ProblemType, status: number, detail: string): Problem => ({
  type,
  status,
  detail,
  errors: [],
});

const TENANT_MISMATCH = refusal(
  'tenant-mismatch',
  403,
  'The body names a tenant that is not the one of its connection.',
);
const PROJECT_NOT_ALLOWED = refusal(
  'project-not-allowed',
  403,
  'The body is about a project that its connection is not for.',
);

/**
 * Reads a body that came through a made connection. Never throws. A body of another tenant or project is refused, one of
 * another Jira site is an event of no issue.
 */
export const readThrough = (rules: Rules, said: SaidBeside, body: Uint8Array, nowMs: number): ReadThrough => {
  const { kind } = rules;
  const named = { query_event_type: said.event_type, default_event_type: rules.default_event_type };
  const asWritten = readDelivery({ source: kind, event_name: said.event_name, named }, body, nowMs);
  const read = withoutForeignKey(rules.project_keys, asWritten);
  const warnings = read.kind === 'read' ? [...(read.warnings ?? [])] : [];
  const json = jsonOf(read, body);
  if (json === null) return { read, warnings };
  if (!isOfTenant(rules.tenant_id, own(json, 'tenant_id'))) return refused(TENANT_MISMATCH);
  if (isCommitSource(kind)) return { read, warnings };
  const delivery = read.kind === 'read' ? read.delivery : null;
  if (!keepsToProjects(rules.project_keys, json, delivery)) return refused(PROJECT_NOT_ALLOWED);
  if (read.kind === 'refused' || !isOfOtherSite(rules, json)) return { read, warnings };
  return { read: ofNoIssue(read), warnings: [OTHER_SITE, ...warnings] };
};

const refused = (problem: Problem): ReadThrough => ({ read: { kind: 'refused', problem }, warnings: [] });

/** A broken body is listed under the key that it most likely is about, but not among the events of another project. */
const withoutForeignKey = (allowed: readonly string[], read: DeliveryRead): DeliveryRead => {
  if (read.kind === 'read' || !read.facts || isAllowedProject(allowed, read.facts.project_key)) return read;
  return { ...read, facts: null };
};

/** What was parsed of a body on the way; else it is parsed again: commits, and what is JSON and yet refused. */
const jsonOf = (read: DeliveryRead, body: Uint8Array): JsonObject | null => {
  if (read.kind === 'read' && read.json !== null) return read.json;
  if (read.kind === 'refused' && read.problem.type === 'body-not-json') return null;
  const again = readJson(body, '');
  return again.kind === 'json' && isJsonObject(again.value) ? again.value : null;
};

/** Anybody can write a tenant into a body: it chooses none, but another one than the connection's is a mistake. */
const isOfTenant = (tenant: string, named: unknown): boolean => {
  if (named === undefined || named === null || named === '') return true;
  return (typeof named === 'string' || typeof named === 'number') && String(named) === tenant;
};

/** The event stays, for people; nothing leads from it to an issue, a version, a project or a sprint. */
export const ofNoIssue = (read: DeliveryRead & { kind: 'read' }): DeliveryRead => {
  const { subjects: _, ...facts } = withoutTraits(read.facts);
  const none: EventFacts = { ...facts, issue_id: null, issue_key: null, project_key: null };
  return { ...read, facts: none, delivery: null };
};

/**
 * True when a body keeps to these projects; none means all. Every project that it names for its issue must be one of
 * them. What names none may pass as long as it writes nothing of an issue.
 * @param delivery null for a body that could not be read, or that writes nothing
 */
const keepsToProjects = (
  allowed: readonly string[],
  body: JsonObject,
  delivery: NormalizedDelivery | null,
): boolean => {
  if (allowed.length === 0) return true;
  const named = projectsIn(body);
  if (named.length === 0) return !(delivery?.snapshot ?? delivery?.deletion);
  return named.every((project) => isAllowedProject(allowed, project));
};

/** True when a project is one of these; none means all, and what names none is of no one that is allowed. */
const isAllowedProject = (allowed: readonly string[], project: string | null): boolean =>
  allowed.length === 0 || (project !== null && allowed.map(lookupKey).includes(lookupKey(project)));

/** Keys of the projects of a body's issue: what its fields say, and its own key; else the subject of a project event. */
const projectsIn = (body: JsonObject): string[] => {
  const issue = objectOf(body, 'issue');
  const key = textOf(issue, 'key');
  const fields = objectOf(issue, 'fields');
  const ofIssue = [textOf(objectOf(fields, 'project'), 'key'), key && projectOfKey(key)];
  const named = ofIssue.filter((project) => project !== null);
  if (named.length > 0) return named;
  const subject = textOf(objectOf(body, 'project'), 'key');
  return subject === null ? [] : [subject];
};

const objectOf = (object: JsonObject | null, name: string): JsonObject | null => {
  const value = object && own(object, name);
  return isJsonObject(value) ? value : null;
};

const textOf = (object: JsonObject | null, name: string): string | null => {
  const value = object && own(object, name);
  return typeof value === 'string' && value !== '' ? value : null;
};

/** Where a connection's issues may be. */
type Site = Pick<Connection, 'site_url' | 'site_hosts'>;

/**
 * True for a body whose issue is of another Jira: its address names a host that is none of the connection's. Issue ids
 * are unique only within one Jira, so what it says must not touch an issue here.
 */
const isOfOtherSite = ({ site_url, site_hosts }: Site, body: JsonObject): boolean => {
  const issue = own(body, 'issue');
  const host = hostOf(isJsonObject(issue) ? own(issue, 'self') : undefined);
  if (host === null || site_url === null) return false;
  return ![hostOf(site_url), ...site_hosts.map(bareHost)].includes(host);
};

/** The host of an address, without its port and the root's dot, in lower case; null for what names none. */
const hostOf = (address: unknown): string | null => {
  if (typeof address !== 'string') return null;
  const text = address.trim();
  const url = URL.parse(/^[\\/]{2}/.test(text) ? `https:${text}` : text);
  return url?.hostname ? url.hostname.toLowerCase().replace(/\.$/, '') : null;
};

/** The same of a name without a scheme; people write some with one. */
const bareHost = (name: string): string | null => hostOf(name.includes('://') ? name : `https://${name}`);
