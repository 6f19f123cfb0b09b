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

/** A body as its connection's rules allow it to be read, with warnings about how it was read. */
export type ReadThrough = { read: DeliveryRead; warnings: string[] };

/** The warning of a body about an issue of another Jira site: it is taken, but changes no issue. */
export const OTHER_SITE = 'other-site';

/** What the request says about a body outside it: `event_name` in a header, `event_type` in the query. */
export type SaidBeside = { event_name: string | null; event_type: string | null };

/** The same from a stored event, so that a replay reads what the delivery read. */
export const saidBeside = ({
  event_name,
  query = '',
}: Pick<StoredEvent, 'event_name' | 'query'>): SaidBeside => ({
  event_name,
  event_type: eventTypeIn(query),
});

/** The settings of a connection that decide how its bodies are read. */
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
 * Reads a body that came through a connection. Never throws. A body of another tenant or project is refused; one of
 * another Jira site becomes an event without an issue.
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

/** A broken body is listed under its probable issue key, unless that key's project is not allowed. */
const withoutForeignKey = (allowed: readonly string[], read: DeliveryRead): DeliveryRead => {
  if (read.kind === 'read' || !read.facts || isAllowedProject(allowed, read.facts.project_key)) return read;
  return { ...read, facts: null };
};

/** The JSON that reading has parsed; else parses it again, for commits and for JSON that was refused. */
const jsonOf = (read: DeliveryRead, body: Uint8Array): JsonObject | null => {
  if (read.kind === 'read' && read.json !== null) return read.json;
  if (read.kind === 'refused' && read.problem.type === 'body-not-json') return null;
  const again = readJson(body, '');
  return again.kind === 'json' && isJsonObject(again.value) ? again.value : null;
};

/** A tenant in the body never selects one, because anyone can write it; one that differs is a mistake. */
const isOfTenant = (tenant: string, named: unknown): boolean => {
  if (named === undefined || named === null || named === '') return true;
  return (typeof named === 'string' || typeof named === 'number') && String(named) === tenant;
};

/** Keeps the event for people to read, but detaches it from any issue, version, project or sprint. */
export const ofNoIssue = (read: DeliveryRead & { kind: 'read' }): DeliveryRead => {
  const { subjects: _, ...facts } = withoutTraits(read.facts);
  const none: EventFacts = { ...facts, issue_id: null, issue_key: null, project_key: null };
  return { ...read, facts: none, delivery: null };
};

/**
 * True if a body is about allowed projects only; an empty list allows all. Every project that it names for its issue
 * must be in the list. A body that names none passes if it neither writes nor deletes an issue.
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

/** True if the list is empty or has the project; null is in no list. */
const isAllowedProject = (allowed: readonly string[], project: string | null): boolean =>
  allowed.length === 0 || (project !== null && allowed.map(lookupKey).includes(lookupKey(project)));

/** Project keys of a body's issue, from its fields and from its own key; else the subject of a project event. */
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

/** The Jira site and hosts of a connection's issues. */
type Site = Pick<Connection, 'site_url' | 'site_hosts'>;

/**
 * True for an issue of another Jira site: the host in its `self` is not one of the connection's. Issue ids are unique
 * only within one Jira, so such a body must not change an issue here.
 */
const isOfOtherSite = ({ site_url, site_hosts }: Site, body: JsonObject): boolean => {
  const issue = own(body, 'issue');
  const host = hostOf(isJsonObject(issue) ? own(issue, 'self') : undefined);
  if (host === null || site_url === null) return false;
  return ![hostOf(site_url), ...site_hosts.map(bareHost)].includes(host);
};

/** The host of an address in lower case, without port and trailing dot; null if it has none. */
const hostOf = (address: unknown): string | null => {
  if (typeof address !== 'string') return null;
  const text = address.trim();
  const url = URL.parse(/^[\\/]{2}/.test(text) ? `https:${text}` : text);
  return url?.hostname ? url.hostname.toLowerCase().replace(/\.$/, '') : null;
};

/** The same for a host name, which people sometimes write with a scheme. */
const bareHost = (name: string): string | null => hostOf(name.includes('://') ? name : `https://${name}`);
