import { systemClock } from '../platform/clock.ts';
import { HOME } from '../wiring/open.ts';
import type { ManageApi } from './api/api.ts';
import { findApi, type PlaceFlags } from './api/find-api.ts';
import { newest } from './executions/row.ts';
import { type ExitCode, runCommand, UsageError } from './shared/command.ts';
import { checkUsage } from './shared/steps.ts';
import { confirm } from './shared/terminal.ts';
import { type AddFlags, add, commandFor } from './subscriptions/add.ts';
import { change, pause, type RotateFlags, remove, resume, rotate } from './subscriptions/change.ts';
import { STEP_RULES, STEPS, type Step, subscriptionsCommand } from './subscriptions/command.ts';
import { listReport, showReport } from './subscriptions/report.ts';
import { findRow, listRows, type ShownRow } from './subscriptions/row.ts';
import { match, test } from './subscriptions/try.ts';

type Options = Omit<PlaceFlags, 'url'> &
  AddFlags &
  RotateFlags & { profile?: string; reason?: string; json?: true; yes?: true };

type Args = { options: Options; named: string | undefined; event: string | undefined };

const command = subscriptionsCommand();

const say = (text: string) => console.log(text);

const tools = ({ yes }: Options) => ({
  ask: (question: string) => confirm(question, yes === true),
  say,
});

/** How many executions `show` prints. */
const SHOWN = 10;

const list = async (api: ManageApi, { json }: Options): Promise<ExitCode> => {
  const rows = await listRows(api);
  say(json ? JSON.stringify(rows, null, 2) : listReport(rows, api.tenant ?? HOME));
  return 0;
};

const show = async (api: ManageApi, row: ShownRow, { json }: Options): Promise<ExitCode> => {
  const executions = await newest(api, { subscription: row.subscription_id }, SHOWN, systemClock());
  const resuming = commandFor('resume', row, api);
  say(json ? JSON.stringify({ ...row, executions }, null, 2) : showReport(row, executions, resuming));
  return 0;
};

type Work = (api: ManageApi, row: ShownRow, args: Args) => Promise<ExitCode>;

const run: Record<Exclude<Step, 'list' | 'add'>, Work> = {
  show: (api, row, { options }) => show(api, row, options),
  change: (api, row, { options }) => change(api, row, options, tools(options)),
  pause: (api, row, { options }) => pause(api, row, options, tools(options)),
  resume: (api, row, { options }) => resume(api, row, options, tools(options)),
  rotate: (api, row, { options }) => rotate(api, row, options, tools(options)),
  test: (api, row, { options }) => test(api, row, { ...options, say }),
  match: (api, row, { options, event }) => match(api, row, event, { ...options, say }),
  remove: (api, row, { options }) => remove(api, row, tools(options)),
};

/** Here `--url` is a target, never the API: no request to it is signed. */
const openApi = ({ url: _, ...place }: Options): Promise<ManageApi> => findApi(place);

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const [text, named, event] = command.args;
  const step = STEPS.find((known) => known === text) ?? 'list';
  checkUsage(STEP_RULES, step, named, (name) => command.getOptionValueSource(name) === 'cli');
  if (event !== undefined && step !== 'match') throw new UsageError(`${step} takes no event`);
  if (options.profile) process.env.AWS_PROFILE = options.profile;
  const api = await openApi(options);
  if (step === 'list') return list(api, options);
  if (step === 'add') return add(api, options, tools(options));
  return run[step](api, await findRow(api, named), { options, named, event });
});
