import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type AlarmName, alarmDescription, alarmNames } from '../../../src/contract/alarms.ts';
import { describeMetric, type Query, queriesOf } from './alarm-queries.ts';
import { functionsOf, titleOf } from './function-resources.ts';
import { A_SITE, EVERYTHING_SET, SENDING, type SynthesizedStack, synthStack } from './synth-stack.ts';

const dev = synthStack();
const site = synthStack(A_SITE);
const sending = synthStack(SENDING);
const quiet = synthStack(EVERYTHING_SET);

const description = z.looseObject({ AlarmDescription: z.string() });

/** Logical id without its hash, what it is told of, and what it looks at. */
const alarmsOf = ({ resources }: SynthesizedStack) =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => ({
      id: id.replace(/[0-9A-F]{8}$/, ''),
      text: description.parse(Properties).AlarmDescription,
      queries: queriesOf(Properties),
    }));

/** What people ask fails with a 5xx that they see, and that `ServerErrors` counts. */
const unattended = functionsOf(dev).filter((name) => !['read', 'manage'].includes(name));

const ofEach = (text: string, functions = unattended): string[] =>
  functions.map((name) => `${text} FunctionName=<Functions${titleOf(name)}Function>`);

const ours = (name: string): string => `Sum of JiraWebhookSync ${name} service=<EventTable>`;
const gateway = (name: string): string => `Sum of JiraWebhookSync/Gateway ${name} api=<Api>`;

const throttles = (kind: string): string[] => [
  `Sum of AWS/DynamoDB ${kind} TableName=<EventTable>`,
  ...['by_issue', 'by_day', 'by_project', 'worklist'].map(
    (index) => `Sum of AWS/DynamoDB ${kind} GlobalSecondaryIndexName=${index} TableName=<EventTable>`,
  ),
];

const LOOKS_AT: Record<AlarmName, string[]> = {
  ServerErrors: ['Sum of AWS/ApiGateway 5xx ApiId=<Api>'],
  SignaturesRefused: [ours('SignaturesRefused')],
  CredentialsRefused: [ours('CredentialsRefused')],
  UnknownConnections: [ours('UnknownConnections')],
  RateRefused: [ours('RateRefused')],
  SecretsOld: [ours('SecretsOld')],
  AddressesRefused: [ours('AddressesRefused')],
  GatewayThrottled: [gateway('GatewayThrottled')],
  TableThrottled: [
    ...throttles('WriteThrottleEvents'),
    'Sum of AWS/DynamoDB ReadThrottleEvents TableName=<EventTable>',
  ],
  FunctionsThrottled: ofEach('Sum of AWS/Lambda Throttles', ['ingest']),
  NearTimeout: ofEach('Maximum of AWS/Lambda Duration'),
  FunctionErrors: ofEach('Sum of AWS/Lambda Errors'),
  StreamLag: ofEach('Maximum of AWS/Lambda IteratorAge', ['correlate']),
  ProcessingFailed: [ours('ProcessingFailed')],
  DocumentsUnwritten: [ours('DocumentsUnwritten')],
  SweepFound: [ours('SweepFound')],
  SweepMissing: ofEach('Sum of AWS/Lambda Invocations', ['sweep']),
  Quarantined: [ours('Quarantined')],
  TooLarge: [ours('BodiesTooLarge'), gateway('RefusedBeforeUs')],
  NoDelivery: [ours('JiraDeliveriesTaken')],
  ReconcileLate: [ours('UpdatesComplete'), ours('CensusLate'), ours('ReconcileStarting')],
  WebhooksMissing: [ours('WebhooksMissing')],
  ExecutionsFailed: [ours('ExecutionsFailed')],
  ExecutionsLate: [
    'SampleCount of JiraWebhookSync OldestDueSeconds service=<EventTable>',
    'Maximum of JiraWebhookSync OldestDueSeconds service=<EventTable>',
    ...ofEach('Maximum of AWS/Lambda IteratorAge', ['publish']),
  ],
  TargetOpened: [ours('TargetOpened')],
  TargetDisabled: [ours('TargetDisabled')],
};

describe('what is looked at', () => {
  it.each(alarmNames([]))(
    'by %s is these metrics of these resources, because others are never in alarm',
    (name) => {
      const [alarm] = alarmsOf(dev).filter(({ text }) => text === alarmDescription(name, undefined));
      expect(alarm?.queries.flatMap(describeMetric).sort()).toEqual(LOOKS_AT[name].toSorted());
    },
  );

  it.each(alarmNames(['site']))(
    'by %s is the same with a site, and errors of reconcile beside those of others',
    (name) => {
      const [alarm] = alarmsOf(site).filter(({ text }) => text === alarmDescription(name, undefined));
      const more = name === 'FunctionErrors' ? ofEach('Sum of AWS/Lambda Errors', ['reconcile']) : [];
      expect(alarm?.queries.flatMap(describeMetric).sort()).toEqual([...LOOKS_AT[name], ...more].sort());
    },
  );

  it.each(alarmNames(['executions']))(
    'by %s is the same with executions, and publish and send beside other functions',
    (name) => {
      const [alarm] = alarmsOf(sending).filter(({ text }) => text === alarmDescription(name, undefined));
      const more: Partial<Record<AlarmName, string[]>> = {
        FunctionErrors: ofEach('Sum of AWS/Lambda Errors', ['publish', 'send']),
        NearTimeout: ofEach('Maximum of AWS/Lambda Duration', ['publish']),
      };
      expect(alarm?.queries.flatMap(describeMetric).sort()).toEqual(
        [...LOOKS_AT[name], ...(more[name] ?? [])].sort(),
      );
    },
  );

  it('is the runs of the sweep for the time and the deliveries of Jira, with quiet hours, because only both together show it', () => {
    const found = alarmsOf(quiet).filter(({ id }) => id.startsWith('AlarmsSilence'));
    const looked = found.map(({ id, queries }) => [id, queries.flatMap(describeMetric)]);
    expect(Object.fromEntries(looked)).toEqual({
      AlarmsSilence: LOOKS_AT.NoDelivery,
      AlarmsSilenceQuietHours: LOOKS_AT.SweepMissing,
    });
  });
});

/** Ids of metrics that the expression takes as they are, missing values and all. */
const unfilled = (queries: Query[]): string[] => {
  const expressions = queries.flatMap(({ Expression }) => Expression ?? []).join(' ');
  const ids = queries.filter(({ MetricStat }) => MetricStat).map(({ Id }) => Id);
  return ids.filter((id) => !expressions.includes(`FILL(${id}, 0)`));
};

describe('a gap in a metric', () => {
  it('counts as nothing for every alarm, because CloudWatch would look past it for an older value', () => {
    for (const { id, queries } of [...alarmsOf(dev), ...alarmsOf(quiet)]) {
      expect([id, queries.length > 1]).toEqual([id, true]);
      // The clock has no gaps that mean something: without a sweep there are no quiet hours, and people are told.
      if (id !== 'AlarmsSilenceQuietHours') expect([id, unfilled(queries)]).toEqual([id, []]);
    }
  });
});
