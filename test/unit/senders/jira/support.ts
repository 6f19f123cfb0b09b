import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NormalizedDelivery } from '../../../../src/domain/delivery.ts';
import type { IssueFields } from '../../../../src/domain/issue.ts';
import type { JsonObject } from '../../../../src/domain/json.ts';
import { normalize } from '../../../../src/senders/jira/normalize.ts';
import { parseDelivery } from '../../../../src/senders/jira/parse.ts';

/** 2026-11-22T19:00:00.000Z, an hour at which every fixture lies in the past. */
export const NOW = 1_795_374_000_000;

/** The SHA-256 of pete@example.com, as `printf pete@example.com | sha256sum` prints it. */
export const PETE = 'sha256:0821933393a01a7424eae5bbf7ae3661c14a56c70a855a571f52fbd58b761a44';

export const FIXTURES = join(import.meta.dirname, '../../../fixtures/deliveries');

const fixtureBytes = (name: string): Buffer => readFileSync(join(FIXTURES, `${name}.json`));

export const fixture = (name: string): JsonObject => JSON.parse(fixtureBytes(name).toString());

const normalizeBytes = (bytes: Uint8Array): NormalizedDelivery => {
  const parsed = parseDelivery(bytes);
  if (parsed.kind === 'refused') throw new Error(`refused: ${JSON.stringify(parsed.problem)}`);
  return normalize(parsed.delivery, NOW);
};

export const normalizeText = (text: string): NormalizedDelivery => normalizeBytes(Buffer.from(text));

/** A body through parse and normalize, as a delivery goes. */
export const normalizeBody = (body: unknown): NormalizedDelivery => normalizeText(JSON.stringify(body));

export const normalizeFixture = (name: string): NormalizedDelivery => normalizeBytes(fixtureBytes(name));

/** A body with a full issue that has these fields and else only what makes it full. */
export const fullBody = (fields: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  timestamp: 1_792_512_003_777,
  webhookEvent: 'jira:issue_updated',
  issue: { id: '10417', key: 'ORB-41', fields: { updated: '2026-10-20T09:00:03.552-0700', ...fields } },
  ...rest,
});

/** What a snapshot shows of such fields, and what of them could not be read. */
export const readFieldsOf = (fields: JsonObject): IssueFields & { unread: string[] } => {
  const { snapshot, facts } = normalizeBody(fullBody(fields));
  if (snapshot === null) throw new Error('not a full issue');
  return { ...snapshot.fields, unread: facts.unread_fields };
};

/** JSON nested that many arrays deep. */
export const deepJson = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
