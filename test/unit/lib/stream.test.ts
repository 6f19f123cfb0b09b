import { describe, expect, it } from 'vitest';
import {
  PUBLISH_SWEEP_MINUTES,
  RECONCILE_MINUTES,
  SEND_MINUTES,
  TURN_MINUTES,
} from '../../../src/contract/functions.ts';
import { publishTask } from '../../../src/contract/send-message.ts';
import { timeoutOf } from './function-resources.ts';
import { A_SITE, SENDING, synthStack } from './synth-stack.ts';

const dev = synthStack();

const [mapping] = Object.values(dev.template.findResources('AWS::Lambda::EventSourceMapping'));
const [schedule] = Object.values(dev.template.findResources('AWS::Scheduler::Schedule'));

describe('the stream mapping', () => {
  it('brings the stream of the table to correlate, from its oldest record on', () => {
    expect(mapping?.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['EventTable', 'StreamArn'] },
      FunctionName: { Ref: expect.stringMatching(/^FunctionsCorrelateFunction/) },
      StartingPosition: 'TRIM_HORIZON',
    });
  });

  it('has the size and filter of the code, because the local poller has them too, and its window', () => {
    expect(mapping?.Properties).toMatchObject({ BatchSize: 100, MaximumBatchingWindowInSeconds: 20 });
    const patterns = mapping?.Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
      JSON.parse(Pattern),
    );
    expect(patterns).toEqual([{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['E'] } } } }]);
  });

  it('narrows a failure down to one record, tries it for an hour at most, and keeps what it discards', () => {
    expect(mapping?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3600,
      ParallelizationFactor: 1,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['ArtifactBucket', 'Arn'] } } },
    });
  });
});

describe('the sweep', () => {
  it('runs every quarter of an hour, by a role that may do nothing else', () => {
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(15 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [expect.stringMatching(/^FunctionsSweepFunction/), 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 3 },
      },
    });
    const role = dev.resources[schedule?.Properties.Target.RoleArn['Fn::GetAtt'][0]];
    expect(role?.Properties).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: 'lambda:InvokeFunction',
                Resource: schedule?.Properties.Target.Arn,
              },
            ],
          },
        },
      ],
    });
  });

  it('is not run again after a failure, because the next run does the same and more', () => {
    dev.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: schedule?.Properties.Target.Arn['Fn::GetAtt'][0] },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 600,
    });
  });
});

describe('reconciliation', () => {
  const site = synthStack(A_SITE);
  const schedules = Object.values(site.template.findResources('AWS::Scheduler::Schedule'));

  it('gets a turn every five minutes beside the sweep, where there is a site', () => {
    expect(schedules.map(({ Properties }) => Properties.ScheduleExpression).sort()).toEqual([
      'rate(15 minutes)',
      'rate(5 minutes)',
    ]);
    dev.template.resourceCountIs('AWS::Scheduler::Schedule', 1);
  });

  it('is started by a role that may do nothing else, and not again after a failure, because the next turn comes', () => {
    const [own] = schedules.filter(({ Properties }) => Properties.ScheduleExpression === 'rate(5 minutes)');
    const { Arn, RoleArn, RetryPolicy } = own?.Properties.Target ?? {};
    expect(Arn['Fn::GetAtt'][0]).toMatch(/^FunctionsReconcileFunction/);
    expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 3 });
    const role = site.resources[RoleArn['Fn::GetAtt'][0]];
    expect(role?.Properties.Policies).toMatchObject([
      { PolicyDocument: { Statement: [{ Action: 'lambda:InvokeFunction', Resource: Arn }] } },
    ]);
    site.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Arn['Fn::GetAtt'][0] },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
    });
  });

  it('is over before its next turn, because two would only meet', () => {
    expect(RECONCILE_MINUTES).toBeGreaterThan(TURN_MINUTES);
    const functions = Object.values(site.template.findResources('AWS::Lambda::Function'));
    const own = functions.find(({ Properties }) => Properties.Environment.Variables.JIRA_API_SECRET_ARN);
    expect(own?.Properties.Timeout).toBeLessThan(RECONCILE_MINUTES * 60);
    // A request under way has 30 s.
    expect(own?.Properties.Timeout).toBeGreaterThan(TURN_MINUTES * 60 + 30);
  });
});

describe('publishing', () => {
  const sending = synthStack(SENDING);
  const mappings = Object.values(sending.template.findResources('AWS::Lambda::EventSourceMapping'));
  const own = mappings.find(({ Properties }) => /^FunctionsPublish/.test(Properties.FunctionName.Ref));
  const schedules = Object.values(sending.template.findResources('AWS::Scheduler::Schedule')).filter(
    ({ Properties }) => /^FunctionsPublish/.test(Properties.Target.Arn['Fn::GetAtt'][0]),
  );

  it('reads the stream as correlation does but at once, because somebody waits for each event', () => {
    const { FunctionName: _, MaximumBatchingWindowInSeconds, ...rest } = own?.Properties ?? {};
    expect(MaximumBatchingWindowInSeconds).toBe(0);
    expect(mapping?.Properties).toMatchObject(rest);
  });

  it('is the second reader of two, because a shard takes no third', () => {
    expect(mappings).toHaveLength(2);
  });

  it('is told what to do by each of its schedules, in words that the function reads', () => {
    const told = schedules.map(({ Properties }) => [
      Properties.ScheduleExpression,
      publishTask.parse(JSON.parse(Properties.Target.Input)),
    ]);
    expect(Object.fromEntries(told)).toEqual({
      'rate(1 minute)': { task: 'start-lanes' },
      'rate(15 minutes)': { task: 'sweep' },
    });
    for (const { Properties } of schedules)
      expect(Properties.Target.RetryPolicy.MaximumRetryAttempts).toBe(3);
  });

  it('is not run again after a failure, nor is a lost hint, because the next run does the same', () => {
    const configs = sending.template.findResources('AWS::Lambda::EventInvokeConfig');
    const told = Object.values(configs).map(({ Properties }) => [
      /^Functions([A-Z][a-z]+)/.exec(Properties.FunctionName.Ref)?.[1],
      [Properties.MaximumRetryAttempts, Properties.MaximumEventAgeInSeconds],
    ]);
    expect(Object.fromEntries(told)).toEqual({ Sweep: [0, 600], Publish: [0, 600], Send: [0, 60] });
  });

  it('begins again before its sweep could meet the next one, and sending ends what it began', () => {
    expect(timeoutOf(sending, 'publish')).toBeLessThan(PUBLISH_SWEEP_MINUTES * 60);
    // What it claims ends within 45 s more (`src/send/rules/next-step.ts`).
    expect(timeoutOf(sending, 'send')).toBeGreaterThan(SEND_MINUTES * 60 + 45);
  });
});
