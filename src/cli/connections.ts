import { readEnv } from '../contract/env.ts';
import { mastersFileBeside } from '../local/masters-file.ts';
import { systemClock } from '../platform/clock.ts';
import { HOME } from '../wiring/open.ts';
import type { ManageApi } from './api/api.ts';
import { findApi, type PlaceFlags } from './api/find-api.ts';
import { type AddFlags, add, commandFor } from './connections/add.ts';
import { activate, change, disable, type RotateFlags, remove, rotate } from './connections/change.ts';
import { connectionsCommand, STEP_RULES, STEPS, type Step } from './connections/command.ts';
import { addMaster, init, type MastersJob, openMastersFile } from './connections/masters.ts';
import { listReport, showReport } from './connections/report.ts';
import { findRow, lastDeliveries, listRows, type ShownRow } from './connections/row.ts';
import { senderTemplate } from './connections/template/senders.ts';
import { openSecretStore } from './rotate-secret/secret-store.ts';
import { type ExitCode, runCommand } from './shared/command.ts';
import { outputsOf } from './shared/outputs.ts';
import { checkUsage } from './shared/steps.ts';
import { confirm } from './shared/terminal.ts';

type Options = PlaceFlags &
  AddFlags &
  RotateFlags & { secretId?: string; profile?: string; reason?: string; json?: true; yes?: true };

const command = connectionsCommand();

const tools = ({ yes }: Options) => ({
  ask: (question: string) => confirm(question, yes === true),
  say: (text: string) => console.log(text),
});

const openMastersJob = async (options: Options): Promise<MastersJob> => {
  const env = readEnv(process.env);
  const id = options.secretId ?? outputsOf(options).SecretArn ?? env.JIRA_WEBHOOK_SECRET_ARN;
  const common = { ...tools(options), grace_hours: env.SECRET_GRACE_HOURS, clock: systemClock };
  if (id !== undefined) {
    const store = await openSecretStore(id, process.env);
    return {
      ...common,
      store,
      where: `the secret ${id}`,
      used_when: 'New secrets are derived from it from now on.',
    };
  }
  const file = mastersFileBeside(options.instanceFile);
  const used_when = 'New secrets are derived from it once npm start is restarted.';
  return { ...common, store: openMastersFile(file), where: file, used_when };
};

const webhookOf = ({ connection_id }: ShownRow, { url }: ManageApi): URL =>
  new URL(`/webhooks/${connection_id}`, url);

const list = async (api: ManageApi, { json }: Options): Promise<ExitCode> => {
  const rows = await listRows(api);
  console.log(json ? JSON.stringify(rows, null, 2) : listReport(rows, api.tenant ?? HOME));
  return 0;
};

const show = async (api: ManageApi, row: ShownRow, { json }: Options): Promise<ExitCode> => {
  const deliveries = await lastDeliveries(api, row.connection_id, systemClock());
  console.log(
    json ? JSON.stringify({ ...row, deliveries }, null, 2) : showReport(row, webhookOf(row, api), deliveries),
  );
  return 0;
};

const template = async (api: ManageApi, row: ShownRow): Promise<ExitCode> => {
  const rotation = commandFor('rotate', row, api);
  console.log(senderTemplate({ ...row, url: webhookOf(row, api) }, rotation));
  return 0;
};

const run: Record<Step, (options: Options, named: string | undefined) => Promise<ExitCode>> = {
  init: async (options) => init(await openMastersJob(options)),
  'new-master': async (options) => addMaster(await openMastersJob(options)),
  list: async (options) => list(await findApi(options), options),
  add: async (options) => add(await findApi(options), options, tools(options)),
  show: (options, named) => withRow(options, named, (api, row) => show(api, row, options)),
  template: (options, named) => withRow(options, named, template),
  change: (options, named) =>
    withRow(options, named, (api, row) => change(api, row, options, tools(options))),
  rotate: (options, named) =>
    withRow(options, named, (api, row) => rotate(api, row, options, tools(options))),
  activate: (options, named) =>
    withRow(options, named, (api, row) => activate(api, row, options, tools(options))),
  disable: (options, named) =>
    withRow(options, named, (api, row) => disable(api, row, options, tools(options))),
  remove: (options, named) => withRow(options, named, (api, row) => remove(api, row, tools(options))),
};

const withRow = async (
  options: Options,
  named: string | undefined,
  work: (api: ManageApi, row: ShownRow) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const api = await findApi(options);
  return work(api, await findRow(api, named));
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const [text, named] = command.args;
  const step = STEPS.find((known) => known === text) ?? 'list';
  checkUsage(STEP_RULES, step, named, (name) => command.getOptionValueSource(name) === 'cli');
  if (options.profile) process.env.AWS_PROFILE = options.profile;
  return run[step](options, named);
});
