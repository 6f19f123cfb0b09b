import { readKeys } from '../correlate/known/linked-refs.ts';
import { forgetIssue, rememberKeys } from '../correlate/run/forget-issue.ts';
import type { SweepDeps } from '../correlate/run/sweep-events.ts';
import { isIssueId, isIssueKey } from '../domain/issue-key.ts';
import { singleReader } from '../store/calls/gather.ts';
import { eraseExecutionsOfIssue } from '../store/executions/erase-executions.ts';
import { eraseIssue, eventsOfIssue } from '../store/issues/erase-issue.ts';
import { type FoundIssue, findIssue } from '../store/issues/find-issue.ts';
import { CommandError, newCommand, runCommand, UsageError } from './shared/command.ts';
import { itemDeadline, withStore } from './shared/connection.ts';
import {
  describeArtifacts,
  describePlace,
  type StoreAddress,
  type TableFlags,
  withStoreOptions,
} from './shared/place.ts';
import { confirm, showProgress } from './shared/terminal.ts';

type Options = TableFlags & { issue: string; yes?: true };

const STAYS = `What is kept:
  - its id, its keys and a tombstone, none of which is personal data
  - other issues, and their events, that mention it (links, parents, subtasks)
  - commits that name it, and run documents already written (artifacts/issues/)
  - what targets of subscriptions have received
  - quarantined bodies in which no issue could be read
A delivery that arrives later stores the issue again: erase it in Jira first.`;

const command = withStoreOptions(
  newCommand('erase', "Erases an issue's fields, events and raw bodies, for a person's right to erasure.")
    .requiredOption('--issue <id or key>', 'issue id, or a current or former key')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', `\n${STAYS}`),
);

/** What is stored of an issue, and all its keys. The issue may be unknown: the body of a rule may name only a key. */
type Found = Omit<FoundIssue, 'issue_id'> & { issue_id: string | null; keys: string[] };

const findNamed = async (events: SweepDeps, idOrKey: string): Promise<Found> => {
  const place = { ...events, signal: itemDeadline() };
  const found = await findIssue(place, idOrKey);
  if (!found) return { issue_id: null, row: null, keys: [idOrKey] };
  const keys = await readKeys(singleReader(place), events.tenant, found.issue_id, found.row);
  return { ...found, keys: isIssueId(idOrKey) ? keys : [idOrKey, ...keys] };
};

/** False for a row that is only a tombstone. */
const hasFields = ({ row }: Pick<FoundIssue, 'row'>): boolean => row?.body !== undefined;

/** The id; for an unknown issue the key that was given. */
const nameOf = ({ issue_id, keys }: Found): string => issue_id ?? keys[0] ?? '';

const plan = (issue: Found, eventCount: number, place: StoreAddress): string => {
  const key = issue.row?.issue_key ? ` (${String(issue.row.issue_key)} now)` : '';
  return `Issue ${nameOf(issue)}${key} in ${describePlace(place)}, raw bodies in ${describeArtifacts(place)}
What is erased:
  - ${hasFields(issue) ? 'its fields' : 'no fields: none are stored'}
  - ${eventCount} event${eventCount === 1 ? '' : 's'} with the raw bodies, and what was sent of them to subscribers
${STAYS}`;
};

const erase = async (events: SweepDeps, { issue_id, keys }: Found, eventIds: string[]): Promise<void> => {
  const progress = showProgress('erasing', eventIds.length);
  const issue = { tenant: events.tenant, issue_id, keys, event_ids: eventIds };
  try {
    if (issue_id !== null) await rememberKeys(events, issue_id, eventIds);
    await eraseIssue(events.table, events.rawBodies, issue, progress.step, itemDeadline);
    if (issue_id !== null) await forgetIssue(events, issue_id);
  } finally {
    progress.stop();
  }
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  if (!isIssueId(options.issue) && !isIssueKey(options.issue))
    throw new UsageError(`${options.issue} is neither an issue id nor a key`);
  return withStore(options, async (events, place) => {
    const issue = await findNamed(events, options.issue);
    const listEvents = () => eventsOfIssue({ ...events, signal: itemDeadline() }, issue);
    const eventIds = await listEvents();
    if (!hasFields(issue) && eventIds.length === 0) {
      // An earlier run may have been interrupted after erasing fields and events: erase the rest.
      await eraseExecutionsOfIssue({ ...events, newSignal: itemDeadline }, issue);
      if (issue.issue_id !== null) await forgetIssue(events, issue.issue_id);
      throw new CommandError(`Nothing is stored for issue ${nameOf(issue)} in ${describePlace(place)}.`);
    }
    console.log(plan(issue, eventIds.length, place));
    if (!(await confirm('Erase it permanently?', options.yes === true))) return 1;
    await erase(events, issue, eventIds);
    console.log(`Erased issue ${nameOf(issue)} and ${eventIds.length} of its events.`);
    // The index may still list erased events; only other ones arrived in the meantime.
    const arrived = (await listEvents()).filter((id) => !eventIds.includes(id));
    if (arrived.length === 0) return 0;
    throw new CommandError(`${arrived.length} more arrived in the meantime: run the command again.`);
  });
});
