import type { Command } from 'commander';
import { INSTANCE_FILE } from '../../local/instance.ts';
import { OUTPUTS_FILE } from '../smoke/deployment.ts';

/** Options of every command that asks the API, and has other uses for `--url`: which one, and as whom. */
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
