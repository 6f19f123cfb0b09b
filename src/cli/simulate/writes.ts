import { eventId, sha256Hex } from '../../domain/event-id.ts';
import { DEFAULT_TENANT } from '../../domain/tenant.ts';
import {
  aliasPartition,
  dayPartition,
  eventKey,
  gapPartition,
  issuePartition,
  projectPartition,
  refKey,
  snapshotKey,
} from '../../store/keys.ts';
import { MEASURED } from '../cost/measured.ts';
import { eventBytes, snapshotBytes, writeUnits } from '../cost/table-units.ts';
import { type Delivery, SITE } from './world.ts';

/** Where writes can meet, in the words of the architecture. */
export const PLACES = [
  'an event and its status',
  'by_day',
  'an issue: fields and links',
  'by_issue',
  'a key: aliases, candidates',
  'a commit',
  'by_project',
  'by_gap: stories',
  'by_gap: commits',
] as const;
export type Place = (typeof PLACES)[number];

/** Write units that go to one partition key of a place. */
export type Write = { place: Place; partition: string; units: number };

/** Any instant: all deliveries of a simulation come on one day. */
const RECEIVED_MS = Date.UTC(2026, 10, 23, 18);

const EVENT_UNITS = writeUnits(eventBytes(MEASURED, SITE.body_bytes));
const SNAPSHOT_UNITS = writeUnits(snapshotBytes(MEASURED, SITE.body_bytes));

const issueId = (issue: number): string => String(70_000_000 + issue);
const issueKey = ({ issue, project }: Delivery): string => `P${project}-${issue + 1}`;

/** The id of an event, as the code makes it of a body; no two bodies are alike. */
export const eventIdOf = (seed: number, number: number): string =>
  eventId(DEFAULT_TENANT, 'jira', sha256Hex(`${seed} ${number}`));

export const dayPartitionOf = (id: string, shards?: number): string =>
  dayPartition(DEFAULT_TENANT, id, RECEIVED_MS, shards);

const write = (place: Place, partition: string, units = 1): Write => ({ place, partition, units });

const ofIssue = (delivery: Delivery): Write[] => {
  const { kind, issue, project, gap } = delivery;
  const id = issueId(issue);
  const { pk } = snapshotKey(DEFAULT_TENANT, id);
  const listed = write('by_issue', issuePartition(DEFAULT_TENANT, id));
  const alias = write('a key: aliases, candidates', aliasPartition(DEFAULT_TENANT, issueKey(delivery)));
  if (kind === 'recorded') return [listed, alias];
  const links = 1;
  const fields = write('an issue: fields and links', pk, SNAPSHOT_UNITS + links);
  if (kind === 'update') return [listed, fields];
  const stories = gapPartition(DEFAULT_TENANT, 'story', `P${project}`);
  return [
    listed,
    fields,
    alias,
    write('by_project', projectPartition(DEFAULT_TENANT, `P${project}`)),
    ...(gap ? [write('by_gap: stories', stories)] : []),
  ];
};

const ofCommit = (seed: number, delivery: Delivery): Write[] => {
  const repository = `acme/r${delivery.repository}`;
  const ref = {
    kind: 'commit',
    repository,
    id: sha256Hex(`${seed} c ${delivery.number}`).slice(0, 40),
  } as const;
  const row = write('a commit', refKey(DEFAULT_TENANT, ref).pk);
  if (delivery.gap)
    return [row, write('by_gap: commits', gapPartition(DEFAULT_TENANT, 'commit', repository))];
  const { pk } = snapshotKey(DEFAULT_TENANT, issueId(delivery.issue));
  return [
    row,
    write('a key: aliases, candidates', aliasPartition(DEFAULT_TENANT, issueKey(delivery))),
    write('an issue: fields and links', pk),
  ];
};

/** The writes of a delivery beside its event. */
export const issueWritesOf = (seed: number, delivery: Delivery): Write[] =>
  delivery.kind === 'commit' ? ofCommit(seed, delivery) : ofIssue(delivery);

/**
 * Every write that one delivery causes, with the keys of the code: what ingest writes, and what correlation
 * writes after it when the delivery is alone in its batch.
 */
export const writesOf = (seed: number, delivery: Delivery): Write[] => {
  const id = eventIdOf(seed, delivery.number);
  const status = 1;
  return [
    write('an event and its status', eventKey(id).pk, EVENT_UNITS + status),
    write('by_day', dayPartitionOf(id)),
    ...issueWritesOf(seed, delivery),
  ];
};
