import type { Command } from 'commander';
import { INSTANCE_FILE } from '../../local/instance.ts';
import { HOME } from '../../wiring/open.ts';
import { CommandError, UsageError } from '../shared/command.ts';
import { OUTPUTS_FILE } from '../shared/outputs.ts';
import type { ManageApi } from './api.ts';

/** Options for API, tenant and credentials of commands in which `--url` means something else. */
export const withApiOptions = (command: Command, things: string): Command =>
  command
    .option('--tenant <tenant>', `tenant whose ${things} they are (default: default)`)
    .option('--stage <stage>', 'use the deployment of this stage, signed with your AWS credentials')
    .option(
      '--outputs <file>',
      `outputs of the deployment, from cdk deploy --outputs-file (default: ${OUTPUTS_FILE})`,
    )
    .option('--api <address>', 'address of the API; replaces the output ApiUrl')
    .option('--profile <name>', 'AWS profile, as AWS_PROFILE')
    .option('--instance-file <path>', 'record of the running instance', INSTANCE_FILE);

/** What steps that change something need besides the API. */
export type Tools = {
  /** Resolves to true only when the user agreed, or gave `--yes`. */
  ask(question: string): Promise<boolean>;
  say(text: string): void;
};

/** A body's fields without those that were not given. */
export const withoutUndefined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

type Named<Row> = { thing: string; named: string | undefined; idOf(row: Row): string };

/**
 * The row with this name, if only one has it; without a name, the only row there is.
 * @throws UsageError when several could be meant, CommandError when there is none
 */
export const findNamed = <Row extends { name: string }>(
  { tenant }: ManageApi,
  all: readonly Row[],
  { thing, named, idOf }: Named<Row>,
): Row => {
  const [row, ...others] = named === undefined ? all : all.filter(({ name }) => name === named);
  if (row === undefined) throw new CommandError(nothingNamed(tenant ?? HOME, thing, named));
  if (others.length === 0) return row;
  const lines = [row, ...others].map((one) => `  ${idOf(one)}  ${one.name}`);
  throw new UsageError(`Which one? Name its id:\n${lines.join('\n')}`);
};

const nothingNamed = (tenant: string, thing: string, named: string | undefined): string =>
  `In tenant ${tenant} there is no ${thing}${named === undefined ? '' : ` with the id or name ${named}`}. Other tenants: --tenant NAME. To see all: npm run ${thing}s -- list`;
