import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { MARKS } from '../../../lib/functions/publish.ts';
import { FUNCTIONS, type FunctionName } from '../../../lib/functions/registry.ts';
import { ISSUES, KEYS, LANES } from '../../../lib/functions/send.ts';
import {
  CONNECTIONS,
  EVENTS,
  EXECUTIONS,
  OWN_PARTITIONS,
  SUBSCRIPTIONS,
  TENANTS,
} from '../../../lib/permissions.ts';
import { readEnv } from '../../../src/contract/env.ts';
import { ENV } from '../../../src/contract/env-variables.ts';
import { functionNames } from '../../../src/local/project.ts';
import {
  aliasKey,
  askedPartition,
  connectionKey,
  eventKey,
  NOTICE_TURN_KEY,
  reconcileKey,
  snapshotKey,
  subscriptionKey,
  tenantKey,
} from '../../../src/store/calls/keys.ts';
import {
  executionsPartition,
  laneKey,
  publishMarkKey,
} from '../../../src/store/executions/execution-keys.ts';
import { functionsOf, idOf, rightsOf } from './function-resources.ts';
import { asText, statementsOf } from './statements.ts';
import { A_SITE, EVERYTHING_SET, SENDING, type SynthesizedStack, synthStack } from './synth-stack.ts';

const dev = synthStack();
/** With every part. */
const site = synthStack({ ...A_SITE, ...SENDING });
const prod = synthStack({ stage: 'prod', alarmEmail: 'ops@example.com', ...A_SITE, ...SENDING });
const everything = synthStack(EVERYTHING_SET);

const topicId = Object.keys(site.template.findResources('AWS::SNS::Topic'))[0];

/** The API's own, as AWS fills it in. */
const OWN_HOST = `<${Object.keys(site.template.findResources('AWS::ApiGatewayV2::Api'))[0]}>.execute-api.<AWS::Region>.<AWS::URLSuffix>`;

const leadingKeys = z.object({
  'ForAllValues:StringLike': z.object({ 'dynamodb:LeadingKeys': z.array(z.string()) }),
});

const propertiesOf = (stack: SynthesizedStack, name: FunctionName) =>
  stack.template.findResources('AWS::Lambda::Function')[idOf(stack, name, 'AWS::Lambda::Function')]
    ?.Properties;

const environmentOf = (stack: SynthesizedStack, name: FunctionName): Record<string, string> => {
  const { Variables } = propertiesOf(stack, name).Environment;
  return Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, asText(value)]));
};

describe('the functions', () => {
  it('are those of the code, and run as Lambda runs them', () => {
    expect([...FUNCTIONS].sort()).toEqual(functionNames());
    site.template.resourceCountIs('AWS::Lambda::Function', FUNCTIONS.length);
    for (const name of FUNCTIONS)
      expect(propertiesOf(site, name)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
  });

  it('do without reconcile where there is no site, and leave nothing of it', () => {
    expect(functionsOf(synthStack(SENDING))).toEqual(FUNCTIONS.filter((name) => name !== 'reconcile'));
    const own = ({ resources }: SynthesizedStack) =>
      Object.keys(resources).filter((id) => /Reconcile(?!Late)|JiraToken/.test(id));
    expect(own(dev)).toEqual([]);
    expect(own(site).length).toBeGreaterThan(5);
  });

  it('neither publish nor send while executions are off, and leave nothing of it, because it would cost', () => {
    const without = synthStack(A_SITE);
    expect(functionsOf(without)).toEqual(FUNCTIONS.filter((name) => !['publish', 'send'].includes(name)));
    const own = ({ resources }: SynthesizedStack) =>
      Object.keys(resources).filter((id) => /Send|Publish|Lanes|Target|Execution|Subscription/.test(id));
    expect(own(dev)).toEqual([]);
    expect(own(site).length).toBeGreaterThan(30);
    const text = JSON.stringify([dev.template.toJSON(), without.template.toJSON()]);
    expect(text).not.toMatch(
      /SUB#|X#\*|SEND_FUNCTION|OWN_HOSTS|ALARM_TOPIC|OldestDue|sns:Publish","Effect":"Allow","Resource"/,
    );
  });

  it('send traces only where the context asks for them, because each is charged', () => {
    for (const name of FUNCTIONS) {
      expect(propertiesOf(site, name)).not.toHaveProperty('TracingConfig');
      expect(propertiesOf(everything, name)).toMatchObject({ TracingConfig: { Mode: 'Active' } });
      expect(rightsOf(everything, name)['*']).toEqual(
        expect.arrayContaining(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']),
      );
    }
  });

  const GIVEN: Record<FunctionName, [memory: number, timeout: number, reserved: number | undefined]> = {
    send: [1024, 300, undefined],
    ingest: [1024, 10, 100],
    read: [512, 10, 20],
    manage: [512, 29, 5],
    correlate: [1769, 900, undefined],
    publish: [1024, 840, undefined],
    sweep: [1769, 840, 1],
    reconcile: [1024, 290, 1],
  };

  it.each(FUNCTIONS.map((name) => [name, ...GIVEN[name]] as const))(
    'give %s %i MB, %i s and, in production, a concurrency of %s',
    (name, memory, timeout, reserved) => {
      expect(propertiesOf(prod, name)).toMatchObject({ MemorySize: memory, Timeout: timeout });
      expect(propertiesOf(prod, name).ReservedConcurrentExecutions).toBe(reserved);
      expect(propertiesOf(site, name).ReservedConcurrentExecutions).toBeUndefined();
    },
  );

  it('lets ingest grow with what the gateway lets through, because the reservation is also a limit', () => {
    const fast = synthStack({ stage: 'prod', alarmEmail: 'ops@example.com', throttleRate: '300' });
    expect(propertiesOf(fast, 'ingest').ReservedConcurrentExecutions).toBe(300);
  });

  it('wait for their role by using it and for nothing else, because its rights come up with it', () => {
    site.template.resourceCountIs('AWS::IAM::Policy', 0);
    for (const name of FUNCTIONS) {
      const [role, id] = [idOf(site, name, 'AWS::IAM::Role'), idOf(site, name, 'AWS::Lambda::Function')];
      expect(site.template.toJSON().Resources[id]).not.toHaveProperty('DependsOn');
      expect(propertiesOf(site, name).Role).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
      expect(site.resources[role]?.Properties.Policies).toHaveLength(1);
    }
  });

  it('log into groups of their own that forget, and are the only ones they may write to', () => {
    for (const name of FUNCTIONS) {
      const group = idOf(site, name, 'AWS::Logs::LogGroup');
      expect(site.resources[group]?.Properties).toEqual({ RetentionInDays: 30 });
      expect(propertiesOf(site, name).LoggingConfig).toEqual({ LogGroup: { Ref: group } });
    }
  });
});

describe('the environment', () => {
  it('is exactly what each function needs', () => {
    const table = { TABLE_NAME: '<EventTable>' };
    const bucket = { ARTIFACTS_BUCKET: '<ArtifactBucket>' };
    const days = { EVENT_RETENTION_DAYS: '30' };
    const traces = { NODE_OPTIONS: '--enable-source-maps' };
    const secret = { JIRA_WEBHOOK_SECRET_ARN: '<WebhookSecret>' };
    const jira = { JIRA_SITE_URL: A_SITE.jiraSiteUrl };
    const sender = { SEND_FUNCTION_NAME: `<${idOf(site, 'send', 'AWS::Lambda::Function')}>` };
    const hosts = { OWN_HOSTS: OWN_HOST };
    const topic = { ALARM_TOPIC_ARN: `<${topicId}>` };
    const token = { JIRA_API_SECRET_ARN: '<JiraTokenSecret>' };
    expect(Object.fromEntries(FUNCTIONS.map((name) => [name, environmentOf(site, name)]))).toEqual({
      send: { ...table, ...bucket, ...secret, ...topic, ...hosts, ...traces },
      ingest: { ...table, ...bucket, ...days, ...secret, EXECUTIONS: 'on' },
      manage: { ...table, ...days, ...secret, ...jira, ...sender, ...hosts },
      read: { ...table, ...bucket, ...days, EXECUTIONS: 'on' },
      correlate: { ...table, ...bucket, ...jira, ...traces },
      publish: { ...table, ...days, ...sender, ...traces },
      sweep: { ...table, ...bucket, ...days, ...secret, ...jira, ...traces },
      reconcile: { ...table, ...bucket, ...days, ...jira, ...token, ...traces },
    });
  });

  it('takes the context over, and gives addresses to ingest only', () => {
    expect(environmentOf(everything, 'ingest')).toEqual({
      TABLE_NAME: '<EventTable>',
      ARTIFACTS_BUCKET: '<ArtifactBucket>',
      EVENT_RETENTION_DAYS: '7',
      JIRA_WEBHOOK_SECRET_ARN: EVERYTHING_SET.jiraWebhookSecretArn,
      EXECUTIONS: 'on',
      ALLOWED_CIDRS: EVERYTHING_SET.allowedCidrs,
    });
    for (const name of FUNCTIONS) {
      expect('ALLOWED_CIDRS' in environmentOf(everything, name)).toBe(name === 'ingest');
      if ('EVENT_RETENTION_DAYS' in environmentOf(everything, name))
        expect(environmentOf(everything, name).EVENT_RETENTION_DAYS).toBe('7');
    }
  });

  it('names every host by which the API is reached, because an execution sent there would come back', () => {
    for (const name of ['send', 'manage'] as const)
      expect(environmentOf(everything, name).OWN_HOSTS).toBe(`${OWN_HOST},${EVERYTHING_SET.domainName}`);
  });

  it('says to those that tell of executions when there are none, because their default is that there are', () => {
    const told = FUNCTIONS.filter((name) => environmentOf(site, name).EXECUTIONS !== undefined);
    expect(told).toEqual(['ingest', 'read']);
    for (const name of told) expect(environmentOf(dev, name).EXECUTIONS).toBe('off');
  });

  it('takes everything about Jira over, for reconcile only', () => {
    expect(environmentOf(everything, 'reconcile')).toMatchObject({
      JIRA_SITE_URL: EVERYTHING_SET.jiraSiteUrl,
      JIRA_API_URL: EVERYTHING_SET.jiraApiUrl,
      JIRA_API_USER: EVERYTHING_SET.jiraApiUser,
      RECONCILE_PROJECTS: EVERYTHING_SET.reconcileProjects,
      RECONCILE_RATE: EVERYTHING_SET.reconcileRate,
    });
    for (const name of FUNCTIONS)
      expect('JIRA_API_SECRET_ARN' in environmentOf(everything, name)).toBe(name === 'reconcile');
  });

  it('tells only those of a site that ask for reads, do them or make connections, and nobody where there is none', () => {
    const told = (stack: SynthesizedStack) =>
      FUNCTIONS.filter((name) => 'JIRA_SITE_URL' in environmentOf(stack, name));
    expect(told(site)).toEqual(['manage', 'correlate', 'sweep', 'reconcile']);
    expect(JSON.stringify(dev.template.toJSON())).not.toContain('JIRA_SITE_URL');
  });

  it('has no name that the code does not know, because a misspelt one would do nothing', () => {
    for (const name of FUNCTIONS)
      expect(
        Object.keys(environmentOf(everything, name)).filter((key) => !(key in ENV) && key !== 'NODE_OPTIONS'),
      ).toEqual([]);
  });

  it('is one that every function starts with', () => {
    for (const name of FUNCTIONS) {
      const values = {
        ...environmentOf(everything, name),
        TABLE_NAME: 'JiraWebhookSync-dev-EventTable-1A2B3C',
        OWN_HOSTS: 'a1b2c3.execute-api.us-west-2.amazonaws.com,webhooks.example.com',
      };
      expect(readEnv({ ...values, AWS_LAMBDA_FUNCTION_NAME: name }).on_lambda).toBe(true);
    }
  });
});

describe('the rights', () => {
  const logs = (name: FunctionName) => ({
    [`<${idOf(site, name, 'AWS::Logs::LogGroup')}.Arn>`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  });
  const readAndWrite = [
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ];

  it('of ingest: write events and large bodies, read its secret; no artifact, no query, no deletion', () => {
    expect(rightsOf(dev, 'ingest')).toEqual({
      '<EventTable.Arn>': ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      '<WebhookSecret>': ['secretsmanager:GetSecretValue'],
      '<ArtifactBucket.Arn>/artifacts/raw/*': ['s3:PutObject', 's3:PutObjectTagging'],
      [`<${idOf(dev, 'ingest', 'AWS::Logs::LogGroup')}.Arn>`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    });
  });

  it('of ingest beside it, with executions: read subscriptions and how many wait, for who set up a sender', () => {
    const { '<EventTable.Arn>': table, '<EventTable.Arn>/index/worklist': index } = rightsOf(site, 'ingest');
    expect([table, index]).toEqual([
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      ['dynamodb:Query'],
    ]);
    const role = idOf(site, 'ingest', 'AWS::IAM::Role');
    const batch = statementsOf(site.resources).filter(
      ({ holder, actions }) => holder === role && actions.includes('dynamodb:BatchGetItem'),
    );
    expect(batch.map(({ condition }) => condition)).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['SUB#*'] } },
    ]);
  });

  it('of read: read the table, its indexes and raw bodies; no secret, no document, no write', () => {
    expect(rightsOf(site, 'read')).toEqual({
      '<EventTable.Arn>': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
      '<EventTable.Arn>/index/by_issue': ['dynamodb:Query'],
      '<EventTable.Arn>/index/by_day': ['dynamodb:Query'],
      '<EventTable.Arn>/index/by_project': ['dynamodb:Query'],
      '<EventTable.Arn>/index/worklist': ['dynamodb:Query'],
      '<ArtifactBucket.Arn>': ['s3:ListBucket'],
      '<ArtifactBucket.Arn>/artifacts/raw/*': ['s3:GetObject'],
      ...logs('read'),
    });
  });

  /** What may be done to rows of which partitions, by action. */
  const heldTo = (stack: SynthesizedStack, name: FunctionName): Record<string, string[]> => {
    const role = idOf(stack, name, 'AWS::IAM::Role');
    const held: Record<string, string[]> = {};
    for (const { holder, actions, resources, condition } of statementsOf(stack.resources)) {
      if (holder !== role || !resources.includes('<EventTable.Arn>')) continue;
      const partitions = leadingKeys.parse(condition)['ForAllValues:StringLike']['dynamodb:LeadingKeys'];
      for (const action of actions) held[action] = [...(held[action] ?? []), ...partitions].sort();
    }
    return held;
  };

  it('name partitions as the code does, because another name would refuse all or hold nothing', () => {
    const rows = {
      [CONNECTIONS]: connectionKey('*').pk,
      [EVENTS]: eventKey('*').pk,
      [TENANTS]: tenantKey('any').pk,
      [SUBSCRIPTIONS]: subscriptionKey('*').pk,
      [EXECUTIONS]: executionsPartition('evt_*'),
      [MARKS]: publishMarkKey('*').pk,
      [LANES]: laneKey('*').pk,
      [LANES.replace('*', 'telling')]: NOTICE_TURN_KEY.pk,
    };
    expect(Object.values(rows)).toEqual(Object.keys(rows));
    expect(snapshotKey('default', '1').pk).toMatch(new RegExp(`^${ISSUES.replace('*', '.*')}$`));
    expect(aliasKey('default', 'ABC-1', '1').pk).toMatch(new RegExp(`^${KEYS.replace('*', '.*')}$`));
  });

  it('of manage: rows of connections, tenants and changes, each held to its partitions, and the secret to read', () => {
    expect(heldTo(dev, 'manage')).toEqual({
      'dynamodb:GetItem': ['CON#*', 'E#*', 'TENANTS'],
      'dynamodb:PutItem': ['CON#*', 'E#*'],
      'dynamodb:UpdateItem': ['CON#*', 'TENANTS'],
      'dynamodb:DeleteItem': ['CON#*'],
    });
    const { '<EventTable.Arn>': _, ...others } = rightsOf(dev, 'manage');
    expect(Object.values(others)).toEqual([
      ['secretsmanager:GetSecretValue'],
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
    ]);
  });

  it('of manage beside it, with executions: rows of subscriptions and executions, and to call what pings; no target', () => {
    expect(heldTo(site, 'manage')).toEqual({
      'dynamodb:GetItem': ['CON#*', 'E#*', 'SUB#*', 'TENANTS', 'X#*'],
      'dynamodb:PutItem': ['CON#*', 'E#*', 'SUB#*', 'X#*'],
      'dynamodb:UpdateItem': ['CON#*', 'SUB#*', 'TENANTS'],
      'dynamodb:DeleteItem': ['CON#*'],
      'dynamodb:Query': ['X#*'],
    });
    const { '<EventTable.Arn>': _, ...others } = rightsOf(site, 'manage');
    expect(others).toEqual({
      '<WebhookSecret>': ['secretsmanager:GetSecretValue'],
      [`<${idOf(site, 'send', 'AWS::Lambda::Function')}.Arn>`]: ['lambda:InvokeFunction'],
      ...logs('manage'),
    });
  });

  it('of publish: read events and subscriptions, make executions, move its mark, hint; no secret, no body, no topic', () => {
    expect(heldTo(site, 'publish')).toEqual({
      'dynamodb:BatchGetItem': ['E#*', 'SUB#*', 'X#*'],
      'dynamodb:Query': ['TENANTS'],
      'dynamodb:GetItem': ['PUBLISH#*'],
      'dynamodb:UpdateItem': ['PUBLISH#*', 'TENANTS'],
      'dynamodb:PutItem': ['X#*'],
    });
    const { '<EventTable.Arn>': _, ...others } = rightsOf(site, 'publish');
    expect(others).toEqual({
      '<EventTable.Arn>/index/by_day': ['dynamodb:Query'],
      '<EventTable.Arn>/index/worklist': ['dynamodb:Query'],
      [`<${idOf(site, 'send', 'AWS::Lambda::Function')}.Arn>`]: ['lambda:InvokeFunction'],
      '<EventTable.StreamArn>': [
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
      ],
      '<ArtifactBucket.Arn>/aws/lambda/*': ['s3:PutObject'],
      ...logs('publish'),
      '*': ['dynamodb:ListStreams'],
    });
  });

  it('of send: write executions, lanes and subscriptions, read events, issues, bodies and the secret, tell people; no event, issue or document to write', () => {
    expect(heldTo(site, 'send')).toEqual({
      'dynamodb:GetItem': ['E#*', 'I#*', 'LANE#*', 'SUB#*', 'X#*'],
      'dynamodb:BatchGetItem': ['I#*', 'X#*'],
      'dynamodb:Query': ['K#*', 'X#*'],
      'dynamodb:PutItem': ['X#*'],
      'dynamodb:UpdateItem': ['LANE#*', 'SUB#*'],
      'dynamodb:DeleteItem': ['LANE#*', 'X#*'],
    });
    const { '<EventTable.Arn>': _, ...others } = rightsOf(site, 'send');
    expect(others).toEqual({
      '<EventTable.Arn>/index/worklist': ['dynamodb:Query'],
      '<WebhookSecret>': ['secretsmanager:GetSecretValue'],
      '<ArtifactBucket.Arn>': ['s3:ListBucket'],
      '<ArtifactBucket.Arn>/artifacts/raw/*': ['s3:GetObject'],
      [`<${topicId}>`]: ['sns:Publish'],
      ...logs('send'),
    });
  });

  it('of correlate: follow the stream, write the table and documents; no secret; a deletion only because BatchWriteItem includes it', () => {
    expect(rightsOf(site, 'correlate')).toEqual({
      '<EventTable.Arn>': readAndWrite,
      '<EventTable.StreamArn>': [
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
      ],
      '<ArtifactBucket.Arn>': ['s3:ListBucket'],
      '<ArtifactBucket.Arn>/artifacts/issues/*': ['s3:GetObject', 's3:PutObject'],
      '<ArtifactBucket.Arn>/artifacts/tenants/*': ['s3:GetObject', 's3:PutObject'],
      '<ArtifactBucket.Arn>/artifacts/raw/*': ['s3:GetObject'],
      '<ArtifactBucket.Arn>/aws/lambda/*': ['s3:PutObject'],
      ...logs('correlate'),
      '*': ['dynamodb:ListStreams'],
    });
  });

  it('of sweep: what correlate may, with the indexes of days and of what is parked in place of the stream, and the secret with its date', () => {
    expect(rightsOf(site, 'sweep')).toEqual({
      '<WebhookSecret>': ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      '<EventTable.Arn>': readAndWrite,
      '<EventTable.Arn>/index/by_day': ['dynamodb:Query'],
      '<EventTable.Arn>/index/worklist': ['dynamodb:Query'],
      '<ArtifactBucket.Arn>': ['s3:ListBucket'],
      '<ArtifactBucket.Arn>/artifacts/issues/*': ['s3:GetObject', 's3:PutObject'],
      '<ArtifactBucket.Arn>/artifacts/tenants/*': ['s3:GetObject', 's3:PutObject'],
      '<ArtifactBucket.Arn>/artifacts/raw/*': ['s3:GetObject'],
      ...logs('sweep'),
    });
  });

  it('of reconcile: write events and large bodies as ingest does, read its own secret; no other one, no document, and deletions of its own rows only', () => {
    expect(rightsOf(site, 'reconcile')).toEqual({
      '<EventTable.Arn>': [...readAndWrite, 'dynamodb:DeleteItem'].sort(),
      '<EventTable.Arn>/index/by_project': ['dynamodb:Query'],
      '<EventTable.Arn>/index/worklist': ['dynamodb:Query'],
      '<JiraTokenSecret>': ['secretsmanager:GetSecretValue'],
      '<ArtifactBucket.Arn>/artifacts/raw/*': ['s3:PutObject', 's3:PutObjectTagging'],
      ...logs('reconcile'),
    });
  });

  it('let reconcile take away rows whose partitions are its own, as the code names them', () => {
    const role = idOf(site, 'reconcile', 'AWS::IAM::Role');
    const deleting = statementsOf(site.resources).filter(({ actions }) =>
      actions.includes('dynamodb:DeleteItem'),
    );
    const own = deleting.filter(({ holder }) => holder === role);
    expect(deleting.map(({ holder }) => holder).sort()).toEqual(
      ['manage', 'reconcile', 'send'].map((name) => idOf(site, name, 'AWS::IAM::Role')).sort(),
    );
    expect(own.map(({ actions, condition }) => [actions, condition])).toEqual([
      [
        ['dynamodb:DeleteItem'],
        { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['RECONCILE#*', 'ASKED#*'] } },
      ],
    ]);
    const rows = [reconcileKey('default', 'TURN').pk, askedPartition('default')];
    expect(rows.map((pk) => pk.replace('default', '*'))).toEqual(OWN_PARTITIONS);
  });

  it.each([site, everything])(
    'let only reconcile read Jira’s token, because a stolen one reads all of Jira',
    (stack) => {
      const readers = FUNCTIONS.filter((name) => '<JiraTokenSecret>' in rightsOf(stack, name));
      expect(readers).toEqual(['reconcile']);
      expect(rightsOf(stack, 'reconcile')).not.toHaveProperty('<WebhookSecret>');
      expect(rightsOf(stack, 'reconcile')).not.toHaveProperty(EVERYTHING_SET.jiraWebhookSecretArn);
    },
  );

  it('are about the imported secret, where there is one', () => {
    expect(rightsOf(everything, 'ingest')[EVERYTHING_SET.jiraWebhookSecretArn]).toEqual([
      'secretsmanager:GetSecretValue',
    ]);
  });
});
