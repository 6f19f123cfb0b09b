import { Option } from 'commander';
import pMap from 'p-map';
import { BATCH_SIZE } from '../contract/functions.ts';
import { processEvents } from '../correlate/run/process-batch.ts';
import type { SweepDeps } from '../correlate/run/sweep-events.ts';
import { OUTCOMES, type Outcome } from '../domain/delivery.ts';
import { describeFault, UnavailableError } from '../errors/errors.ts';
import { replayEvent } from '../ingest/replay.ts';
import { faultCode } from '../local/start-error.ts';
import { systemClock } from '../platform/clock.ts';
import { type Correlated, describeCorrelated, isDone, type Result, summarize } from './replay/results.ts';
import { findEvents, readSelection } from './replay/selection.ts';
import { newCommand, runCommand } from './shared/command.ts';
import { itemDeadline, withStore } from './shared/connection.ts';
import {
  describeArtifacts,
  describePlace,
  type StoreAddress,
  type TableFlags,
  withStoreOptions,
} from './shared/place.ts';
import { confirm, showProgress } from './shared/terminal.ts';

type Options = TableFlags & {
  event?: string;
  outcome?: Outcome;
  date?: string;
  parked?: true;
  yes?: true;
};

/** Events replayed at a time; they converge in any order. */
const AT_A_TIME = 8;

const command = withStoreOptions(
  newCommand('replay', 'Ingests stored bodies again with the current parser and normalizer.')
    .option('--event <id>', 'one event')
    .addOption(new Option('--outcome <outcome>', 'events with this outcome').choices(OUTCOMES))
    .option('--date <yyyy-mm-dd>', 'events received on this day in Phoenix')
    .option('--parked', 'parked events')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
Choose one event, a day, an outcome, a day and an outcome, or --parked. An outcome alone searches every day that can
still hold such events (EVENT_RETENTION_DAYS, three times that for quarantined ones).
Replayed events are correlated at once. Repeating a replay changes nothing.`,
    ),
);

/** A failed event must not stop the replay of the others. */
const replayOne = async (events: SweepDeps, event_id: string): Promise<Result> => {
  try {
    return { event_id, replayed: await replayEvent(events, event_id, systemClock, itemDeadline()) };
  } catch (fault) {
    const code = fault instanceof UnavailableError ? faultCode(fault.cause) : describeFault(fault);
    return { event_id, replayed: { kind: 'failed', code } };
  }
};

const replayAll = async (events: SweepDeps, ids: string[]): Promise<Result[]> => {
  const progress = showProgress('replaying', ids.length);
  const results = await pMap(
    ids,
    async (id) => {
      const result = await replayOne(events, id);
      progress.step();
      return result;
    },
    { concurrency: AT_A_TIME },
  );
  progress.stop();
  return results;
};

/** Correlates stored events again, in batches as from the stream. */
const correlateEvents = async (store: SweepDeps, eventIds: string[]): Promise<Correlated> => {
  const progress = showProgress('correlating batches', Math.ceil(eventIds.length / BATCH_SIZE));
  const correlated: Correlated = { events: eventIds.length, failed: 0, documents: [] };
  for await (const { run, failed, unwritten, complete } of processEvents(store, eventIds)) {
    correlated.failed += complete || failed > 0 ? failed : Math.max(1, unwritten.size);
    if (run) correlated.documents.push(run.key);
    progress.step();
  }
  progress.stop();
  return correlated;
};

const askAndReplay = async (events: SweepDeps, place: StoreAddress, { yes }: Options, ids: string[]) => {
  const what = ids.length === 1 ? '1 event' : `${ids.length} events`;
  const question = `Replay ${what} into ${describePlace(place)} (large bodies: ${describeArtifacts(place)})?`;
  if (!(await confirm(question, yes === true))) return 1;
  const results = await replayAll(events, ids);
  const taken = results.filter(isDone).map(({ event_id }) => event_id);
  const correlated = await correlateEvents(events, taken);
  console.log(`${summarize(results)}\n\n${describeCorrelated(correlated)}`);
  return results.every(isDone) && correlated.failed === 0 ? 0 : 1;
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const selection = readSelection(options);
  return withStore(options, async (events, place) => {
    const ids = await findEvents(events, selection, systemClock());
    if (ids.length > 0) return askAndReplay(events, place, options, ids);
    console.log(`No matching event in ${describePlace(place)}.`);
    return 0;
  });
});
