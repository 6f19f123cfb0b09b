import { fork } from 'node:child_process';
import { join } from 'node:path';
import { SECRET_VARIABLES } from '../../contract/env-variables.ts';
import { forEachSource, SOURCES, type Source } from '../../domain/source.ts';
import type { HttpResponse } from '../../http/response.ts';
import type { InstanceRecord } from '../../local/instance.ts';
import { CommandError } from '../shared/command.ts';
import { artifactsEnv, type StoreAddress } from '../shared/place.ts';
import type { Invocation } from './runtime.ts';

const RUNTIME = join(import.meta.dirname, 'runtime.ts');

/**
 * Loads the bundle in a process of its own with this environment and calls its handler. Log lines go to
 * standard error, all of them before the answer is returned.
 * @throws CommandError when the process ends without an answer; the reason is on standard error
 */
export const callBundle = (invocation: Invocation, env: NodeJS.ProcessEnv): Promise<HttpResponse> =>
  new Promise((done, fail) => {
    const runtime = fork(RUNTIME, { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const output of [runtime.stdout, runtime.stderr])
      output?.on('data', (lines) => process.stderr.write(lines));
    let answer: HttpResponse | undefined;
    runtime.once('message', (given: HttpResponse) => {
      answer = given;
    });
    runtime.once('close', (code, signal) => {
      if (answer !== undefined) done(answer);
      else fail(new CommandError(`The function ended without an answer (${signal ?? `exit code ${code}`})`));
    });
    runtime.once('error', fail);
    runtime.send(invocation);
  });

/** A local database checks no signature, but the SDK needs keys to sign with. A profile would override them. */
const STAND_INS = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_PROFILE: undefined,
};

/** The secret of each source; null if it is unknown, or known only by the ARN. */
export type Secrets = Record<Source, string | null>;

/**
 * The function's environment: that of this process, and the place to work on. The function name makes it behave as on
 * Lambda, so its log lines are JSON.
 * @param standIns true if the database is local and there are no credentials for it
 */
export const functionEnv = (
  name: string,
  place: StoreAddress,
  standIns: boolean,
  secrets: Secrets,
  source: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv => ({
  ...source,
  ...(standIns ? STAND_INS : {}),
  ...artifactsEnv(place.artifacts),
  ...(place.endpoint === null ? {} : { AWS_ENDPOINT_URL_DYNAMODB: place.endpoint }),
  ...variablesOf(secrets),
  TABLE_NAME: place.table,
  AWS_LAMBDA_FUNCTION_NAME: `local-${name}`,
});

const variablesOf = (secrets: Secrets): NodeJS.ProcessEnv =>
  Object.fromEntries(
    SOURCES.flatMap((source) =>
      secrets[source] === null ? [] : [[SECRET_VARIABLES[source], secrets[source]]],
    ),
  );

/** From the environment, else from the running instance if its database is that of the place; `flag` is `sender`'s. */
export const findSecrets = (
  flag: string | undefined,
  sender: Source,
  source: NodeJS.ProcessEnv,
  place: StoreAddress,
  instance: InstanceRecord | null,
): Secrets => {
  const isInstance = instance !== null && place.endpoint === instance.dynamodb_endpoint;
  const known = secretsOfInstance(isInstance ? instance : null);
  const found = forEachSource((name) => source[SECRET_VARIABLES[name]] ?? known[name]);
  return flag === undefined ? found : { ...found, [sender]: flag };
};

const secretsOfInstance = (instance: InstanceRecord | null): Secrets => ({
  ...forEachSource(() => null),
  jira: instance?.secret ?? null,
  commits: instance?.commits_secret ?? null,
});
