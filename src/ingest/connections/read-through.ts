import type { Connection } from '../../domain/connection.ts';
import type { EventFacts, Problem, ProblemType } from '../../domain/delivery.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { isCommitSource } from '../../domain/source.ts';
import { readJson } from '../../senders/read-json.ts';
import { type DeliveryRead, readDelivery } from '../read-delivery.ts';
import { keepsToProjects } from './project.ts';
import { isOfOtherSite } from './site.ts';

/** Why a body that was taken changes nothing of what it is about. */
export type Warning = 'other-site';

/** What a connection's body says, as far as the connection lets it. */
export type ReadThrough = { read: DeliveryRead; warnings: Warning[] };

/** What a connection says of its bodies. */
export type Rules = Pick<Connection, 'tenant_id' | 'kind' | 'site_url' | 'site_hosts' | 'project_keys'>;

const refusal = (type: ProblemType, status: number, detail: string): Problem => ({
  type,
  status,
  detail,
  errors: [],
});

const NOT_READ_YET = refusal(
  'not-read-yet',
  422,
  'The body is kept, but bodies of this kind are not read yet. A replay takes it in once they are.',
);
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
export const readThrough = (
  rules: Rules,
  eventName: string | null,
  body: Uint8Array,
  nowMs: number,
): ReadThrough => {
  const { kind } = rules;
  if (kind === 'automation') return refused(NOT_READ_YET);
  const read = readDelivery({ source: kind, event_name: eventName }, body, nowMs);
  const json = jsonOf(read, body);
  if (json === null) return { read, warnings: [] };
  if (!isOfTenant(rules.tenant_id, own(json, 'tenant_id'))) return refused(TENANT_MISMATCH);
  if (isCommitSource(kind)) return { read, warnings: [] };
  const delivery = read.kind === 'read' ? read.delivery : null;
  if (!keepsToProjects(rules.project_keys, json, delivery)) return refused(PROJECT_NOT_ALLOWED);
  if (read.kind === 'refused' || !isOfOtherSite(rules, json)) return { read, warnings: [] };
  return { read: ofNoIssue(read), warnings: ['other-site'] };
};

const refused = (problem: Problem): ReadThrough => ({ read: { kind: 'refused', problem }, warnings: [] });

/** What was parsed of a body on the way; else it is parsed again, which only commits and refused bodies are. */
const jsonOf = (read: DeliveryRead, body: Uint8Array): JsonObject | null => {
  if (read.kind === 'read' && read.json !== null) return read.json;
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
  const { subjects: _, ...facts } = read.facts;
  const none: EventFacts = { ...facts, issue_id: null, issue_key: null, project_key: null };
  return { ...read, facts: none, delivery: null };
};
