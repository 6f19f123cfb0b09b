import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { toUtcIso } from '../../domain/instant.ts';
import type { Walk } from '../../store/calls/table.ts';
import { type Checkpoint, readCheckpoints, sumDrift } from '../../store/reconcile/checkpoint.ts';
import { listContradictions } from '../../store/reconcile/contradictions.ts';
import { heldUntil, readTurn, type TurnRow } from '../../store/reconcile/lease.ts';
import { listProjects, type Project } from '../../store/reconcile/projects.ts';
import type { ExitCode } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';
import { describePlace, type StoreAddress } from '../shared/place.ts';
import { textTable } from '../shared/tables.ts';
import { describeDrift } from './report.ts';

/** Prints the progress of each loop and the known problems. Reads only the table, and asks Jira nothing. */
export const showStatus = async (store: SweepDeps, at: StoreAddress): Promise<ExitCode> => {
  const place = { ...store, signal: itemDeadline() };
  const walk = { table: store.table, tenant: store.tenant, newSignal: itemDeadline };
  const [turn, loops, contradictions, projects] = await Promise.all([
    readTurn(place),
    readCheckpoints(place),
    listContradictions(walk),
    allProjects(walk),
  ]);
  const drift = sumDrift(
    [...loops.values()].map((loop) => loop.drift),
    store.clock(),
  );
  const parts = [
    `Reconciliation of ${describePlace(at)}`,
    describeTurn(turn, store.clock()),
    loops.size === 0 ? 'No loop has run yet.' : describeLoops(loops),
    ...describeProjects(projects),
    ...describeContradictions(contradictions),
    `Drift: ${describeDrift(drift)}`,
  ];
  console.log(parts.join('\n\n'));
  return 0;
};

const allProjects = async (walk: Walk): Promise<Project[]> => {
  const projects: Project[] = [];
  for await (const project of listProjects(walk)) projects.push(project);
  return projects;
};

const describeTurn = (turn: TurnRow | null, nowMs: number): string => {
  if (turn === null) return 'Nothing has run yet.';
  const held = heldUntil(turn);
  const isHeld = held !== null && held > nowMs;
  const work = isHeld
    ? `A runner is at work, last heard of at ${toUtcIso(turn.renewed_ms)}.`
    : 'No runner is at work.';
  const waits = turn.not_before !== null && turn.not_before > nowMs;
  const wait = waits ? ` Jira accepts no requests before ${toUtcIso(turn.not_before ?? 0)}.` : '';
  const fault =
    turn.fault === null
      ? ''
      : `\nThe last turn failed at ${toUtcIso(turn.fault.at_ms)}: ${turn.fault.message}`;
  return `${work}${wait}${fault}`;
};

const describeLoops = (loops: ReadonlyMap<string, Checkpoint<unknown>>): string =>
  textTable(
    ['loop', 'run', 'under way', 'pages', 'seen', 'repaired', 'last complete run'],
    [...loops].map(([name, { generation, under_way, began_ms, last, counters }]) => [
      name,
      String(generation),
      under_way && began_ms > 0 ? `since ${toUtcIso(began_ms)}` : 'no',
      ...[counters.pages, counters.seen, counters.repaired].map(String),
      last === null
        ? 'none'
        : `${toUtcIso(last.began_ms)}, ${Math.round((last.ended_ms - last.began_ms) / 1000)} s`,
    ]),
  );

const MOST_SHOWN = 20;

const shown = (ids: readonly string[], all: number): string =>
  `${ids.slice(0, MOST_SHOWN).join(', ')}${all > MOST_SHOWN ? ', …' : ''}`;

const describeProjects = (projects: readonly Project[]): string[] => {
  const compared = projects.flatMap(({ key, result }) => (result === null ? [] : [{ key, ...result }]));
  const only = compared.filter(({ only_here }) => only_here > 0);
  const incomplete = compared.filter(({ complete }) => !complete).map(({ key }) => key);
  const rows = only.map(({ key, only_here, some }) => [key, String(only_here), shown(some, only_here)]);
  return [
    ...(only.length > 0
      ? [`Only here, and left as they are:\n${textTable(['project', 'issues', 'ids'], rows)}`]
      : []),
    ...(incomplete.length > 0 ? [`Jira did not list all of: ${incomplete.join(', ')}`] : []),
  ];
};

const describeContradictions = (ids: readonly string[]): string[] =>
  ids.length === 0
    ? []
    : [
        `Contradictions, where Jira shows something older than what is known: ${ids.length}\n${shown(ids, ids.length)}`,
      ];
