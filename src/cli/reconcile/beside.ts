import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { compareSite } from '../../reconcile/compare-site.ts';
import type { Seen } from '../../reconcile/observe/settle.ts';
import { AGREES } from '../../reconcile/take-in.ts';
import type { Place } from '../../store/calls/table.ts';
import { putContradictions, removeContradiction } from '../../store/reconcile/contradictions.ts';
import { heldUntil, readTurn } from '../../store/reconcile/lease.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';
import { textTable } from '../shared/tables.ts';
import { openDeps, tooEarly } from './open.ts';
import { openBar } from './progress-bar.ts';
import { WHY_QUARANTINED } from './report.ts';

type What = { project?: string; updates?: true; census?: true };

/** Prints what would be read, and writes nothing. */
export const compareOnly = async (store: SweepDeps, { project, updates }: What): Promise<ExitCode> => {
  await goBeside(store);
  const bar = openBar();
  const deps = { ...openDeps(store), onProgress: bar.show };
  const projects = project === undefined ? deps.projects : [project];
  const { listed, missing, older } = await compareSite({ ...deps, projects }, updates === true).finally(
    bar.stop,
  );
  const rows = [
    ['listed by Jira', listed],
    ['missing here', missing],
    ['older here', older],
  ] as const;
  console.log(
    textTable(
      ['issues', 'count'],
      rows.map(([label, count]) => [label, String(count)]),
    ),
  );
  console.log('Nothing was written.');
  return 0;
};

const MEANINGS = {
  new: 'It was not known, and is now.',
  repaired: 'It differed, and is now as Jira shows it.',
  unchanged: 'It is the same here.',
  raised: 'It is the same here; only its time of change was older.',
  stale: 'What is known here is newer than what Jira showed.',
  undecided: 'Jira showed it as its index knows it, which decides nothing.',
  contradiction:
    'Jira shows something older than what is known here, or an issue that is deleted here: nothing was changed.',
  quarantined: `Its body is unusable: ${WHY_QUARANTINED}`,
} as const;

/** Reads one issue from Jira and stores it. Takes no lease: reading one issue is safe while another runner works. */
export const lookAtOne = async (store: SweepDeps, idOrKey: string): Promise<ExitCode> => {
  await goBeside(store);
  const deps = openDeps(store);
  const found = await (await deps.openReads()).readIssue(idOrKey);
  if ('gone' in found)
    throw new CommandError(`Jira shows no issue ${idOrKey}: it was deleted, or this account may not see it.`);
  const [seen] = await deps.observe([found.look], ['observations', 'old']);
  if (seen === undefined) throw new CommandError(`Issue ${idOrKey} was not processed.`);
  await noteContradiction({ ...store, signal: itemDeadline() }, seen);
  console.log(`Issue ${seen.issue_id ?? idOrKey}: ${seen.kind}. ${MEANINGS[seen.kind]}`);
  return seen.kind === 'contradiction' || seen.kind === 'quarantined' ? 1 : 0;
};

/** A contradiction stays listed until a read agrees. */
const noteContradiction = async (place: Place, { kind, issue_id }: Seen): Promise<void> => {
  if (kind === 'contradiction') await putContradictions(place, [issue_id]);
  else if (issue_id !== null && AGREES.has(kind)) await removeContradiction(place, issue_id);
};

/**
 * Checks before Jira is asked without the lease. Does not wait for another runner, but warns if one is at work.
 * @throws CommandError while the last turn forbids requests to Jira (`not_before`)
 */
const goBeside = async (store: SweepDeps): Promise<void> => {
  const turn = await readTurn({ ...store, signal: itemDeadline() });
  const now = store.clock();
  if (turn?.not_before && turn.not_before > now) throw tooEarly(turn.not_before, turn.fault);
  if ((heldUntil(turn) ?? 0) > now)
    console.error('Another runner is at work: until it ends, both together may exceed RECONCILE_RATE.');
};
