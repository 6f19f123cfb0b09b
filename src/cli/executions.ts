import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../platform/clock.ts';
import type { ManageApi } from './api/api.ts';
import { findApi, type PlaceFlags } from './api/find-api.ts';
import { executionsCommand, STEP_RULES, STEPS, type Step } from './executions/command.ts';
import {
  checkId,
  list,
  namesOf,
  queryOf,
  STANDARD_LIMIT,
  show,
  subscriptionOf,
  type WhichFlags,
} from './executions/list.ts';
import { readSince, retryMany, retryOne } from './executions/retry.ts';
import { newest, shownExecution } from './executions/row.ts';
import { countsLine, watch } from './executions/watch.ts';
import { type ExitCode, runCommand, UsageError } from './shared/command.ts';
import { checkUsage } from './shared/steps.ts';
import { confirm, showProgress } from './shared/terminal.ts';

type Options = PlaceFlags & WhichFlags & { profile?: string; since?: string; json?: true; yes?: true };

const command = executionsCommand();

const say = (text: string) => console.log(text);

const saying = async (text: Promise<string>): Promise<ExitCode> => {
  say(await text);
  return 0;
};

/** Poll interval. A deployment is polled less often: each poll costs a few reads. */
const EVERY_MS = { local: 1_000, deployed: 5_000 };

/** Terminal rows taken by counts, fault, table head and the line below. */
const BESIDE_ROWS = 5;

const watchAll = async (api: ManageApi, options: Options): Promise<ExitCode> => {
  const { stdout } = process;
  const isTerminal = stdout.isTTY === true;
  const most = options.limit ?? (isTerminal ? Math.max(5, stdout.rows - BESIDE_ROWS) : STANDARD_LIMIT);
  const query = await queryOf(api, options);
  const every = options.stage === undefined ? EVERY_MS.local : EVERY_MS.deployed;
  const look = async () => ({
    counts: await countsLine(api),
    executions: await newest(api, query, most, systemClock()),
  });
  const screen = { write: (text: string) => void stdout.write(text), isTerminal, columns: stdout.columns };
  const names = await namesOf(api);
  await untilStopped((stopped) => {
    const pause = () => sleep(every, true, { signal: stopped }).catch(() => false);
    return watch({ look, names, screen, pause });
  });
  return 0;
};

/** The first Ctrl-C aborts `stopped`, so that the work can end cleanly; the second ends the process. */
const untilStopped = async <T>(work: (stopped: AbortSignal) => Promise<T>): Promise<T> => {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', onSignal);
  }
};

const retry = async (api: ManageApi, options: Options, id: string | undefined): Promise<ExitCode> => {
  const { since, subscription, status } = options;
  if (id === undefined) return retrySince(api, options);
  if (since ?? subscription ?? status) throw new UsageError('Give either an execution, or --since and which');
  const { execution_id } = await retryOne(api, checkId(id));
  say(`Queued: npm run executions -- show ${execution_id}`);
  return 0;
};

const retrySince = async (api: ManageApi, options: Options): Promise<ExitCode> => {
  const { since, status = 'failed', yes } = options;
  if (since === undefined) throw new UsageError('retry needs an execution, or --since');
  if (status === 'queued' || status === 'in_progress')
    throw new UsageError(
      `Executions that are ${status} are retried automatically: use --status failed, cancelled or completed`,
    );
  const nowMs = systemClock();
  const since_ms = readSince(since, nowMs);
  const row = await subscriptionOf(api, options);
  const subscription = row && { id: row.subscription_id, name: row.name };
  const ask = (question: string) => confirm(question, yes === true);
  return untilStopped((stopped) =>
    retryMany(api, { status, since_ms, subscription }, { ask, say, progress: showProgress, stopped }, nowMs),
  );
};

const cancel = async (api: ManageApi, id: string): Promise<ExitCode> => {
  await api.send('POST', `/executions/${checkId(id)}/cancel`, shownExecution, { body: {} });
  say('Cancelled: it is not sent any more. To send it after all: retry');
  return 0;
};

const run: Record<Step, (api: ManageApi, options: Options, id: string | undefined) => Promise<ExitCode>> = {
  list: (api, options) => saying(list(api, options, systemClock())),
  show: (api, { json }, id = '') => saying(show(api, id, json)),
  watch: watchAll,
  retry,
  cancel: (api, _options, id = '') => cancel(api, id),
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const [text, id] = command.args;
  const step = STEPS.find((known) => known === text) ?? 'list';
  checkUsage(STEP_RULES, step, id, (name) => command.getOptionValueSource(name) === 'cli');
  if (options.profile) process.env.AWS_PROFILE = options.profile;
  return run[step](await findApi(options), options, id);
});
