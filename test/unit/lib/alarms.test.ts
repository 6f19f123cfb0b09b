import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  ALARMS,
  type AlarmName,
  alarmDescription,
  alarmNames,
  RUNBOOK,
} from '../../../src/contract/alarms.ts';
import { functionsOf, timeoutOf } from './function-resources.ts';
import { statementsOf } from './statements.ts';
import { EVERYTHING_SET, type SynthesizedStack, synthStack } from './synth-stack.ts';

const EVERY_PART = ['site', 'executions'] as const;

const dev = synthStack();
const everything = synthStack(EVERYTHING_SET);

const query = z.object({
  Id: z.string(),
  Expression: z.optional(z.string()),
  MetricStat: z.optional(
    z.looseObject({ Metric: z.looseObject({ MetricName: z.string(), Namespace: z.string() }) }),
  ),
});

const alarmProperties = z.looseObject({
  AlarmDescription: z.string(),
  AlarmActions: z.optional(z.array(z.unknown())),
  Metrics: z._default(z.array(query), []),
  MetricName: z.optional(z.string()),
  Namespace: z.optional(z.string()),
});

type AlarmProperties = z.output<typeof alarmProperties>;

const alarmTypes = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];

const alarmsOf = ({ resources }: SynthesizedStack): [string, AlarmProperties][] =>
  Object.entries(resources)
    .filter(([, { Type }]) => alarmTypes.includes(Type))
    .map(([id, { Properties }]) => [id, alarmProperties.parse(Properties)]);

const topicOf = ({ template }: SynthesizedStack): string =>
  Object.keys(template.findResources('AWS::SNS::Topic'))[0] ?? '';

/** Alarms that people are told of, by the description they get. */
const told = (stack: SynthesizedStack): Map<string, AlarmProperties> =>
  new Map(
    alarmsOf(stack).flatMap(([, alarm]) => (alarm.AlarmActions ? [[alarm.AlarmDescription, alarm]] : [])),
  );

/** The text of the e-mail, with a link where the context says what it begins with. */
const textOf = (name: AlarmName, stack = dev): string =>
  alarmDescription(name, stack === everything ? EVERYTHING_SET.docsUrl : undefined);

const alarm = (name: AlarmName, stack = dev): AlarmProperties => {
  const found = told(stack).get(textOf(name, stack));
  if (!found) throw new Error(`nobody is told of ${name}`);
  return found;
};

/** Names of the metrics an alarm looks at, with their namespaces. */
const metricsOf = ({ Metrics, MetricName, Namespace }: AlarmProperties): string[] =>
  MetricName !== undefined
    ? [`${Namespace} ${MetricName}`]
    : Metrics.flatMap(({ MetricStat }) =>
        MetricStat ? [`${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName}`] : [],
      );

/** Without a site: what people ask fails with a 5xx that they see, and that `ServerErrors` counts. */
const unattended = functionsOf(dev).filter((name) => !['read', 'manage'].includes(name));

/** The same metric of each of them. */
const ofEach = (metric: string): string[] => unattended.map(() => metric);

const expressionOf = ({ Metrics }: AlarmProperties): string | undefined =>
  Metrics.find(({ Expression }) => Expression)?.Expression;

describe('the alarms', () => {
  it('are those of the list and no others, because the runbook has a section for each', () => {
    for (const [stack, parts] of [
      [dev, []],
      [everything, EVERY_PART],
    ] as const) {
      const texts = alarmNames(parts).map((name) => textOf(name, stack));
      expect([...told(stack).keys()].sort()).toEqual(texts.sort());
    }
  });

  it('are two more where a Jira site is reconciled, because each costs, and nobody can act on them without', () => {
    const more = alarmNames(['site']).filter((name) => !alarmNames([]).includes(name));
    expect(more).toEqual(['ReconcileLate', 'WebhooksMissing']);
    expect(alarmNames(EVERY_PART)).toEqual(Object.keys(ALARMS));
  });

  it('are four more where executions are on, because nothing is sent without', () => {
    const more = alarmNames(['executions']).filter((name) => !alarmNames([]).includes(name));
    expect(more).toEqual(['ExecutionsFailed', 'ExecutionsLate', 'TargetOpened', 'TargetDisabled']);
  });

  it('all notify the one topic', () => {
    for (const stack of [dev, everything])
      for (const properties of told(stack).values())
        expect(properties.AlarmActions).toEqual([{ Ref: topicOf(stack) }]);
  });

  it('say what is wrong, what to do first and where to read on, in what an e-mail can hold', () => {
    for (const name of alarmNames(EVERY_PART)) {
      const { wrong, first, section } = ALARMS[name];
      const text = alarmDescription(name, undefined);
      expect(text).toBe(`${wrong} First: ${first} Runbook: ${RUNBOOK}#${section}`);
      expect(text.length).toBeLessThanOrEqual(1024);
      expect([wrong, first].every((part) => /^[A-Z].*\.$/.test(part))).toBe(true);
      expect(section).toMatch(/^[a-z]+(-[a-z]+)*$/);
    }
    expect(RUNBOOK).toBe('docs/runbooks/troubleshooting.md');
  });

  it('link the runbook where the context says where it is read, because a path is looked for by hand', () => {
    expect(textOf('StreamLag', everything)).toMatch(
      / Runbook: https:\/\/git\.example\.com\/team\/sync\/blob\/main\/docs\/runbooks\/troubleshooting\.md#lag$/,
    );
    const longest = `https://${'a'.repeat(201)}`;
    for (const name of alarmNames(EVERY_PART))
      expect(alarmDescription(name, longest).length).toBeLessThanOrEqual(1024);
  });

  it.each([
    ['ServerErrors', ['AWS/ApiGateway 5xx'], 300, 5],
    ['SignaturesRefused', ['JiraWebhookSync SignaturesRefused'], 3600, 3],
    ['AddressesRefused', ['JiraWebhookSync AddressesRefused'], 300, 1],
    ['TooLarge', ['JiraWebhookSync BodiesTooLarge', 'JiraWebhookSync/Gateway RefusedBeforeUs'], 300, 1],
    ['Quarantined', ['JiraWebhookSync Quarantined'], 86_400, 10],
    ['GatewayThrottled', ['JiraWebhookSync/Gateway GatewayThrottled'], 300, 1],
    ['CredentialsRefused', ['JiraWebhookSync CredentialsRefused'], 3600, 3],
    ['UnknownConnections', ['JiraWebhookSync UnknownConnections'], 3600, 3],
    ['RateRefused', ['JiraWebhookSync RateRefused'], 300, 1],
    ['SecretsOld', ['JiraWebhookSync SecretsOld'], 86_400, 1],
    ['FunctionsThrottled', ['AWS/Lambda Throttles'], 300, 1],
    ['FunctionErrors', ofEach('AWS/Lambda Errors'), 300, 1],
    ['NearTimeout', ofEach('AWS/Lambda Duration'), 300, 80],
    ['StreamLag', ['AWS/Lambda IteratorAge'], 300, 600_000],
    ['ProcessingFailed', ['JiraWebhookSync ProcessingFailed'], 300, 1],
    ['DocumentsUnwritten', ['JiraWebhookSync DocumentsUnwritten'], 300, 1],
    ['SweepFound', ['JiraWebhookSync SweepFound'], 300, 1],
  ] as const)('%s is told of from %j in %i s: %i', (name, metrics, period, threshold) => {
    const properties = alarm(name);
    expect(metricsOf(properties)).toEqual(metrics);
    expect(properties).toMatchObject({
      Threshold: threshold,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    const periods = [...JSON.stringify(properties).matchAll(/"Period":(\d+)/g)].map((match) =>
      Number(match[1]),
    );
    expect(new Set(periods)).toEqual(new Set([period]));
  });

  it('looks at writes of the table and of every index and at reads of the table, because deliveries meet those', () => {
    const { Metrics } = alarm('TableThrottled');
    const places = Metrics.flatMap(({ MetricStat }) =>
      MetricStat ? [JSON.stringify(MetricStat.Metric)] : [],
    );
    expect(places.length).toBe(6);
    for (const name of ['by_issue', 'by_day', 'by_project', 'worklist'])
      expect(places.filter((place) => place.includes(`"${name}"`)).length).toBe(1);
    expect(expressionOf(alarm('TableThrottled'))).toMatch(/^FILL\(\w+, 0\)( \+ FILL\(\w+, 0\)){5}$/);
  });

  it('compares each function with its own timeout', () => {
    const shares = unattended.map((name, at) => `FILL(d${at}, 0) / ${timeoutOf(dev, name)}000`);
    expect(expressionOf(alarm('NearTimeout'))).toBe(`100 * MAX([${shares.join(', ')}])`);
  });

  it('leaves out of what is near its timeout what works until its time is over: reconcile and send', () => {
    const names = functionsOf(everything).filter((name) => [...unattended, 'publish'].includes(name));
    const shares = names.map((name, at) => `FILL(d${at}, 0) / ${timeoutOf(everything, name)}000`);
    expect(expressionOf(alarm('NearTimeout', everything))).toBe(`100 * MAX([${shares.join(', ')}])`);
    expect(metricsOf(alarm('FunctionErrors', everything))).toHaveLength(unattended.length + 3);
  });

  it('notices when no update run is complete for an hour, or the census is late, or no turn comes at all', () => {
    expect(alarm('ReconcileLate', everything)).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Metrics: [
        { Expression: 'IF(FILL(late, 0) > 0, 0, FILL(runs, 0) + FILL(starting, 0))' },
        { Id: 'runs', MetricStat: { Period: 3600, Metric: { MetricName: 'UpdatesComplete' } } },
        { Id: 'starting', MetricStat: { Period: 3600, Metric: { MetricName: 'ReconcileStarting' } } },
        { Id: 'late', MetricStat: { Period: 3600, Metric: { MetricName: 'CensusLate' } } },
      ],
    });
  });

  it('notices when something is due for ten minutes, publish is as far behind, or nobody looks', () => {
    expect(alarm('ExecutionsLate', everything)).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      Metrics: [
        { Expression: 'IF(MAX([FILL(due, 0), FILL(behind, 0) / 1000]) >= 600, 0, FILL(looks, 0))' },
        { Id: 'due', MetricStat: { Period: 600, Stat: 'Maximum' } },
        { Id: 'behind', MetricStat: { Period: 600, Stat: 'Maximum' } },
        { Id: 'looks', MetricStat: { Period: 600, Stat: 'SampleCount' } },
      ],
    });
  });

  it.each(['ExecutionsFailed', 'TargetOpened', 'TargetDisabled'] as const)(
    'notices one of %s within five minutes, because somebody waits for it',
    (name) => {
      expect(alarm(name, everything)).toMatchObject({
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      });
      expect(metricsOf(alarm(name, everything))).toEqual([`JiraWebhookSync ${name}`]);
    },
  );

  it('notices one run with missing webhooks, because each run judges by itself', () => {
    expect(alarm('WebhooksMissing', everything)).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(metricsOf(alarm('WebhooksMissing', everything))).toEqual(['JiraWebhookSync WebhooksMissing']);
  });

  it('distinguishes deployments by the table, because they share the namespace', () => {
    for (const [, properties] of [...alarmsOf(dev), ...alarmsOf(everything)]) {
      const text = JSON.stringify(properties);
      if (text.includes('"Namespace":"JiraWebhookSync"'))
        expect(text).toContain('"Dimensions":[{"Name":"service","Value":{"Ref":"EventTable"}}]');
    }
  });

  it('notices when the sweep does not run, because then nothing finds what the stream loses', () => {
    expect(alarm('SweepMissing')).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 4,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });
});

describe('silence', () => {
  const silence = {
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    TreatMissingData: 'breaching',
  };

  it('of a whole day notifies without quiet hours, because every night would be an alarm otherwise', () => {
    expect(alarm('NoDelivery')).toMatchObject({ ...silence, EvaluationPeriods: 24 });
    expect(alarm('NoDelivery').Metrics).toMatchObject([
      { Expression: 'FILL(value, 0)' },
      { Id: 'value', MetricStat: { Period: 3600, Metric: { MetricName: 'JiraDeliveriesTaken' } } },
    ]);
    dev.template.resourceCountIs('AWS::CloudWatch::CompositeAlarm', 0);
  });

  it('of an hour notifies with quiet hours, but only when the clock alarm is not on', () => {
    const rule = JSON.stringify(alarm('NoDelivery', everything).AlarmRule);
    const parts =
      /ALARM\(\\"",\{"Fn::GetAtt":\["(\w+)","Arn"\]\},"\\"\) AND \(NOT \(ALARM\(\\"",\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/.exec(
        rule,
      );
    const [, silent = '', quiet = ''] = parts ?? [];
    expect(everything.resources[silent]?.Properties).toMatchObject({ ...silence, EvaluationPeriods: 1 });
    expect(everything.resources[quiet]?.Properties).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      Metrics: [
        {
          Expression:
            'IF(((HOUR(clock) * 60 + MINUTE(clock)) >= 780) OR ((HOUR(clock) * 60 + MINUTE(clock)) <= 120), 0, 1)',
        },
        { Id: 'clock', MetricStat: { Period: 3600, Metric: { MetricName: 'Invocations' } } },
      ],
    });
  });

  it('is shown by nothing but the two together, because each alone is normal', () => {
    const untold = alarmsOf(everything).filter(([, { AlarmActions }]) => !AlarmActions);
    expect(untold.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'AlarmsSilence',
      'AlarmsSilenceQuietHours',
    ]);
  });
});

describe('the topic', () => {
  it('takes alarms and nothing that does not come over TLS', () => {
    const [policy] = Object.values(dev.template.findResources('AWS::SNS::TopicPolicy'));
    expect(policy?.Properties.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' },
    ]);
  });

  it('may be used by alarms of this account and region only, because others could fill the mailbox', () => {
    const statements = statementsOf(dev.resources)
      .filter(({ holder }) => dev.resources[holder]?.Type === 'AWS::SNS::TopicPolicy')
      .filter(({ principals }) => principals?.includes('cloudwatch.amazonaws.com'));
    const account = { Ref: 'AWS::AccountId' };
    const region = { Ref: 'AWS::Region' };
    const partition = { Ref: 'AWS::Partition' };
    expect(statements.map(({ condition }) => condition)).toEqual([
      {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: {
          'aws:SourceArn': {
            'Fn::Join': ['', ['arn:', partition, ':cloudwatch:', region, ':', account, ':alarm:*']],
          },
        },
      },
    ]);
  });

  it('sends e-mails to whom the context names, and to nobody else', () => {
    dev.template.resourceCountIs('AWS::SNS::Subscription', 0);
    everything.template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });
});
