import { describe, expect, it } from 'vitest';
import { synthStack } from './synth-stack.ts';

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

  it('narrows a failure down to one record, tries it for an hour at most, and keeps what it gives up', () => {
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
