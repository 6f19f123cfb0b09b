import type { Env } from '../contract/env.ts';
import { ENV } from '../contract/env-variables.ts';
import { toUtcIso } from '../domain/instant.ts';
import { describeFault } from '../errors/errors.ts';
import { INSTANCE_FILE, removeInstance, writeInstance } from '../local/instance.ts';
import { openLogger, readLocalEnv } from '../local/local-env.ts';
import { ensureMastersFile, mastersFileBeside } from '../local/masters-file.ts';
import { type Instance, startInstance } from '../local/run-instance.ts';
import { welcome } from '../local/welcome.ts';
import { systemClock } from '../platform/clock.ts';
import { type ExitCode, newCommand, runCommand } from './shared/command.ts';

/** Why a running instance stops, and the exit code for it. */
type Reason = { code: ExitCode; message: string };

const environmentHelp = (): string =>
  [
    '\nConfiguration comes from the environment:',
    ...Object.entries(ENV).map(
      ([name, { meaning, standard }]) => `  ${name}\n      ${meaning} (${standard})`,
    ),
  ].join('\n');

const command = newCommand('start', 'Starts a local receiver, with its database, table and routes.')
  .option('--instance-file <path>', 'file in which other commands find this instance', INSTANCE_FILE)
  .addHelpText('after', environmentHelp);

/** Resolves at the first signal, or at an uncaught fault. Later signals are ignored. */
const whenAskedToStop = (): Promise<Reason> =>
  new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => done({ code: 0, message: signal }));
    process.on('uncaughtException', (fault) =>
      done({ code: 1, message: `Unexpected error: ${describeFault(fault)}` }),
    );
  });

const greet = (instance: Instance, env: Env, nowMs: number): void => {
  const kept = env.LOCAL_DB_PATH ?? 'in memory, lost at exit (LOCAL_DB_PATH keeps it)';
  const text = welcome({
    url: instance.url,
    host: env.HOST,
    database: `${instance.dynamodbEndpoint}${env.AWS_ENDPOINT_URL_DYNAMODB ? '' : `, embedded, ${kept}`}`,
    artifacts: `${instance.artifactsFolder ?? `s3://${env.ARTIFACTS_BUCKET}`}/artifacts`,
    madeSecret: instance.secretMade ? instance.secret : null,
    secretInEnvironment: env.JIRA_WEBHOOK_SECRET !== undefined,
    madeCommitsSecret: instance.commitsSecretMade ? instance.commitsSecret : null,
    nowMs,
  });
  // If log lines are JSON, standard output holds nothing else.
  (env.RC_LOG_JSON ? process.stderr : process.stdout).write(`${text}\n`);
};

const recordInstance = (instance: Instance, file: string, nowMs: number): void => {
  const described = {
    url: instance.url,
    dynamodb_endpoint: instance.dynamodbEndpoint,
    table_name: instance.tableName,
    artifacts_dir: instance.artifactsFolder,
    secret: instance.secret,
    commits_secret: instance.commitsSecret,
    manage_token: instance.manageToken,
    started_at: toUtcIso(nowMs),
  };
  writeInstance(described, file);
};

/** Adds the masters of this machine, unless the environment says where they are. */
const withMasters = (env: Env, instanceFile: string): Env =>
  (env.CONNECTIONS_MASTERS ?? env.JIRA_WEBHOOK_SECRET_ARN) === undefined
    ? { ...env, CONNECTIONS_MASTERS: ensureMastersFile(mastersFileBeside(instanceFile)) }
    : env;

const serveUntilStopped = async (env: Env, instanceFile: string, asked: Promise<Reason>): Promise<Reason> => {
  const log = await openLogger(env);
  const instance = await startInstance({ env, log });
  try {
    recordInstance(instance, instanceFile, systemClock());
    greet(instance, env, systemClock());
    const died = instance.databaseDied.then((message): Reason => ({ code: 1, message }));
    const reason = await Promise.race([asked, died]);
    log.info(`stopping (${reason.message}): work in progress is finished first`);
    return reason;
  } finally {
    await instance.stop();
    removeInstance(instanceFile);
  }
};

const start = async (): Promise<ExitCode> => {
  const { instanceFile } = command.opts<{ instanceFile: string }>();
  const asked = whenAskedToStop();
  const env = withMasters(readLocalEnv(process.env), instanceFile);
  const reason = await serveUntilStopped(env, instanceFile, asked);
  if (reason.code !== 0) console.error(reason.message);
  return reason.code;
};

await runCommand(command, start);
// Whatever an aborted request still holds open must not keep the process alive.
process.exit();
