import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Option } from 'commander';
import { SECRET_VARIABLES } from '../contract/env-variables.ts';
import type { HttpResponse } from '../http/response.ts';
import { readInstance } from '../local/instance.ts';
import { functionNames, gitSha } from '../local/project.ts';
import { callBundle, findSecrets, functionEnv, type Secrets } from './invoke/call-bundle.ts';
import {
  functionFor,
  readEventFile,
  SIGN_ME,
  signEvent,
  sourceOf,
  wantsSignature,
} from './invoke/event-file.ts';
import { BUILD_FOLDER, buildBundles, bundleFile } from './shared/bundle.ts';
import { newCommand, runCommand, UsageError } from './shared/command.ts';
import { clientConfig } from './shared/connection.ts';
import { findPlace, type TableFlags, withTableOptions } from './shared/place.ts';

type Options = TableFlags & { function?: string; secret?: string; bundles: string };

const command = withTableOptions(
  newCommand('invoke', 'Invokes a built Lambda function with an event and prints its answer.')
    .argument('<file>', 'an API Gateway HTTP API event, payload format 2.0 (examples: test/events/*.json)')
    .addOption(
      new Option('--function <name>', 'default: the one that serves the path').choices(functionNames()),
    )
    .option(
      '--secret <secret>',
      "signing secret; default: the variable of the event's sender (JIRA_WEBHOOK_SECRET), else the instance's",
    )
    .addOption(
      new Option('--bundles <folder>', 'output folder of npm run build').default(BUILD_FOLDER, '.build'),
    )
    .addHelpText(
      'after',
      `
A header with the value ${SIGN_ME} is replaced by the signature of the body (decoded first if it is base64), or by
the secret itself for a sender that signs nothing (GitLab). A missing bundle is built; npm run build rebuilds it.
Log lines go to standard error. The exit code is 1 when the status is 400 or more.`,
    ),
);

const prepareBundle = async (name: string, folder: string): Promise<string> => {
  const file = bundleFile(folder, name);
  if (existsSync(file)) return file;
  console.error(`Building ${file}`);
  await buildBundles([name], folder, process.env.GIT_SHA ?? gitSha());
  return file;
};

const sign = (event: APIGatewayProxyEventV2, secrets: Secrets): APIGatewayProxyEventV2 => {
  if (!wantsSignature(event)) return event;
  const source = sourceOf(event);
  const secret = secrets[source];
  if (!secret)
    throw new UsageError(`The event needs a signature: give --secret or set ${SECRET_VARIABLES[source]}`);
  return signEvent(event, secret);
};

const parseBody = (body: string | undefined): unknown => {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return body;
  }
};

const print = (answer: HttpResponse): void =>
  console.log(JSON.stringify({ ...answer, body: parseBody(answer.body) }, null, 2));

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const event = readEventFile(command.args[0] ?? '');
  const name = options.function ?? functionFor(event);
  const instance = readInstance();
  const place = findPlace(options, process.env, instance);
  const secrets = findSecrets(options.secret, sourceOf(event), process.env, place, instance);
  const signed = sign(event, secrets);
  const bundle = await prepareBundle(name, resolve(options.bundles));
  const standIns = (await clientConfig(place)).credentials !== undefined;
  const env = functionEnv(name, place, standIns, secrets, process.env);
  const answer = await callBundle({ bundle, event: signed }, env);
  print(answer);
  return (answer.statusCode ?? 500) < 400 ? 0 : 1;
});
