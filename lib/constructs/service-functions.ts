import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import type { ENV } from '../../src/contract/env.ts';
import type { FunctionName } from '../../src/contract/functions.ts';
import { ContextError, type StackContext } from '../context.ts';
import { functionSettings } from '../function-settings.ts';
import {
  correlatePermissions,
  ingestPermissions,
  type Resources,
  readPermissions,
  sweepPermissions,
} from '../permissions.ts';
import { ServiceFunction } from './service-function.ts';

export type ServiceFunctionsProps = Resources & {
  readonly context: StackContext;
  /** The folder of `npm run build`, with one folder for each function. */
  readonly bundles: string;
};

type Environment = Partial<Record<keyof typeof ENV, string>>;

const DESCRIPTIONS: Record<FunctionName, string> = {
  ingest: 'Takes webhooks in, and answers /health',
  read: 'Answers questions about issues and events',
  correlate: 'Follows the table stream, and links issues with commits',
  sweep: 'Finds what the stream did not bring through',
};

const ANSWERED = 'The gateway waits for the answer: a failure is seen by the sender, who tries again.';

const NO_DEAD_LETTERS: Record<FunctionName, string> = {
  ingest: ANSWERED,
  read: ANSWERED,
  correlate: 'The stream mapping invokes it and waits; what it gives up goes into the bucket.',
  sweep: 'Its event says nothing: the next run, 15 minutes later, does what this one did not.',
};

/** Exactly what each reads; everything else has a default that holds on Lambda. */
const environments = ({ table, bucket, secretArn, context }: ServiceFunctionsProps) => {
  const TABLE_NAME = table.table.tableName;
  const ARTIFACTS_BUCKET = bucket.bucket.bucketName;
  const EVENT_RETENTION_DAYS = String(context.retentionDays);
  const cidrs: Environment = context.allowedCidrs ? { ALLOWED_CIDRS: context.allowedCidrs } : {};
  return {
    ingest: {
      TABLE_NAME,
      ARTIFACTS_BUCKET,
      EVENT_RETENTION_DAYS,
      JIRA_WEBHOOK_SECRET_ARN: secretArn,
      ...cidrs,
    },
    read: { TABLE_NAME, EVENT_RETENTION_DAYS },
    correlate: { TABLE_NAME, ARTIFACTS_BUCKET },
    sweep: { TABLE_NAME, ARTIFACTS_BUCKET, EVENT_RETENTION_DAYS },
  } satisfies Record<FunctionName, Environment>;
};

const PERMISSIONS = {
  ingest: ingestPermissions,
  read: readPermissions,
  correlate: correlatePermissions,
  sweep: sweepPermissions,
};

/** The four functions, each with the rights and the environment of its own work and no more. */
export class ServiceFunctions extends Construct {
  readonly ingest: ServiceFunction;
  readonly read: ServiceFunction;
  readonly correlate: ServiceFunction;
  readonly sweep: ServiceFunction;

  constructor(scope: Construct, id: string, props: ServiceFunctionsProps) {
    super(scope, id);
    const { production, throttleRate, traces } = props.context;
    const settings = functionSettings(throttleRate);
    const environment = environments(props);
    const create = (name: FunctionName): ServiceFunction => {
      const bundle = join(props.bundles, name);
      if (!existsSync(join(bundle, 'index.mjs')))
        throw new ContextError(`There is no bundle of ${name} in ${props.bundles}: npm run build makes it.`);
      return new ServiceFunction(this, `${name[0]?.toUpperCase()}${name.slice(1)}`, {
        description: DESCRIPTIONS[name],
        bundle,
        settings: settings[name],
        environment: environment[name],
        permissions: PERMISSIONS[name](props),
        noDeadLetters: NO_DEAD_LETTERS[name],
        traced: traces === 'on',
        production,
      });
    };
    this.ingest = create('ingest');
    this.read = create('read');
    this.correlate = create('correlate');
    this.sweep = create('sweep');
  }

  get all(): ServiceFunction[] {
    return [this.ingest, this.read, this.correlate, this.sweep];
  }
}
