import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { CONTEXT_NAMES, ContextError } from '../../../lib/context.ts';
import { functionsOf } from './function-resources.ts';
import { A_SITE, EVERYTHING_SET, synthAnew, synthStack } from './synth-stack.ts';

const dev = synthStack();
const prod = synthStack({ stage: 'prod', alarmEmail: 'ops@example.com' });
const everything = synthStack(EVERYTHING_SET);

/** The resource with everything around it, as the template has it. */
const resourceOf = ({ template }: typeof dev, logicalId: string) => template.toJSON().Resources[logicalId];

const string = (name: string) => ({ AttributeName: name, AttributeType: 'S' });
const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

describe('the stack', () => {
  it('is called after its stage, because several stages share an account', () => {
    expect([dev.stack.stackName, prod.stack.stackName]).toEqual([
      'JiraWebhookSync-dev',
      'JiraWebhookSync-prod',
    ]);
    expect(prod.stack.terminationProtection).toBe(true);
    expect(dev.stack.terminationProtection).toBe(false);
  });

  it('gives nothing a physical name, because two stages, or a replacement, would collide', () => {
    const names = Object.entries({ ...dev.resources, ...everything.resources }).flatMap(
      ([id, { Properties }]) =>
        Object.keys(Properties)
          .filter((name) =>
            /^(Table|Bucket|Function|Role|Topic|Queue|LogGroup|Alarm|Dashboard|Secret|Alias)?Name$/.test(
              name,
            ),
          )
          .filter((name) => typeof Properties[name] === 'string')
          .map((name) => `${id}.${name}: ${Properties[name]}`),
    );
    // A label, which HTTP APIs must have; it need not be unique.
    expect(names).toEqual([expect.stringMatching(/^Api\w+\.Name: JiraWebhookSync-dev$/)]);
  });

  it('is the same every time, because a diff must show changes and nothing else', () => {
    const again = synthAnew(EVERYTHING_SET);
    expect(JSON.stringify(again.template.toJSON())).toBe(JSON.stringify(everything.template.toJSON()));
    expect(synthStack({ ...EVERYTHING_SET, throttleRate: '501' }).template.toJSON()).not.toEqual(
      everything.template.toJSON(),
    );
  });

  it('says which bundle is missing and how to make it, because a fresh clone has none', () => {
    expect(() => synthStack({}, '/nowhere')).toThrow(
      new ContextError('There is no bundle of ingest in /nowhere: npm run build makes it.'),
    );
  });
});

describe('the table', () => {
  it('has the logical id and keys it was first deployed with, because others would be a new, empty table', () => {
    expect(resourceOf(dev, 'EventTable').Properties).toMatchObject({
      KeySchema: keys('pk', 'sk'),
      AttributeDefinitions: [
        string('pk'),
        string('sk'),
        string('issue_pk'),
        { AttributeName: 'occurred_ms', AttributeType: 'N' },
        string('day_pk'),
        string('run_id'),
        string('project_pk'),
        string('project_sk'),
        string('work_pk'),
        string('work_sk'),
      ],
    });
    expect(Object.keys(dev.template.findResources('AWS::DynamoDB::Table'))).toEqual(['EventTable']);
  });

  it('has the indexes of the code, with what each copies', () => {
    expect(resourceOf(dev, 'EventTable').Properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'by_issue',
        KeySchema: keys('issue_pk', 'occurred_ms'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'by_day',
        KeySchema: keys('day_pk', 'run_id'),
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['outcome', 'event_type', 'source', 'connection_id', 'status', 'subscription_id'],
        },
      },
      {
        IndexName: 'by_project',
        KeySchema: keys('project_pk', 'project_sk'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'worklist',
        KeySchema: keys('work_pk', 'work_sk'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });

  it('streams keys, expires items, can be restored, is encrypted and paid by use', () => {
    dev.template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  it('is protected in production, and goes with the stack elsewhere', () => {
    expect(resourceOf(prod, 'EventTable')).toMatchObject({
      Properties: { DeletionProtectionEnabled: true },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(resourceOf(dev, 'EventTable')).toMatchObject({
      Properties: { DeletionProtectionEnabled: false },
      DeletionPolicy: 'Delete',
    });
  });

  it('is the same table whatever the context says but for the stage, because data hangs on it', () => {
    expect([...Object.keys(EVERYTHING_SET), 'stage'].sort()).toEqual([...CONTEXT_NAMES].sort());
    expect(resourceOf(everything, 'EventTable')).toEqual(resourceOf(dev, 'EventTable'));
    expect(everything.stack.stackName).toBe(dev.stack.stackName);
  });
});

describe('the secret', () => {
  it('is generated as a JSON object with the key of Jira, long and plain enough to paste', () => {
    expect(resourceOf(dev, 'WebhookSecret').Properties).toMatchObject({
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'jira_webhook_secret',
        PasswordLength: 64,
        ExcludePunctuation: true,
      },
    });
    dev.template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
  });

  it('stays in production, because Jira knows no other', () => {
    expect(resourceOf(prod, 'WebhookSecret').DeletionPolicy).toBe('Retain');
    expect(resourceOf(dev, 'WebhookSecret').DeletionPolicy).toBe('Delete');
  });

  it('is never in the template, because templates are read by many', () => {
    expect(JSON.stringify(dev.template.toJSON())).not.toContain('{{resolve:');
  });

  it('is not made when there is one already', () => {
    expect(everything.resources).not.toHaveProperty('WebhookSecret');
    expect(everything.outputs.SecretArn?.Value).toBe(EVERYTHING_SET.jiraWebhookSecretArn);
  });
});

describe("the secret of Jira's token", () => {
  const sites = synthStack({ stage: 'prod', alarmEmail: 'ops@example.com', ...A_SITE });

  it('has the key and nothing in it, because the template must not change what a person puts in', () => {
    expect(resourceOf(everything, 'JiraTokenSecret').Properties).toEqual({
      Description: 'Token that Jira is read with, as a JSON object: jira_api_token',
      SecretString: '{"jira_api_token":""}',
    });
    expect(resourceOf(sites, 'JiraTokenSecret').Properties).toEqual(
      resourceOf(everything, 'JiraTokenSecret').Properties,
    );
  });

  it('stays in production, and is not there without a site', () => {
    expect(resourceOf(sites, 'JiraTokenSecret').DeletionPolicy).toBe('Retain');
    expect(resourceOf(everything, 'JiraTokenSecret').DeletionPolicy).toBe('Delete');
    dev.template.resourceCountIs('AWS::SecretsManager::Secret', 1);
  });

  it('is named in the outputs, because a person puts the token in', () => {
    expect(everything.outputs.JiraTokenSecretArn).toEqual({ Value: { Ref: 'JiraTokenSecret' } });
  });
});

describe('the bucket', () => {
  it('is private, encrypted and versioned, and stays when the stack goes', () => {
    expect(resourceOf(dev, 'ArtifactBucket')).toMatchObject({
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it.each([
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'false' } }],
    ['s3:TlsVersion', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
  ])('refuses everybody by %s, because bodies hold what people wrote', (_, Condition) => {
    dev.template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: 'ArtifactBucket' },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Principal: { AWS: '*' }, Condition }),
        ]),
      },
    });
  });

  it.each([
    ['30 days', dev, 30],
    ['7 days', everything, 7],
  ])(
    'forgets raw bodies with their events (%s), quarantined ones after three times as long',
    (_, stack, days) => {
      const { Rules } = resourceOf(stack, 'ArtifactBucket').Properties.LifecycleConfiguration;
      const common = { Prefix: 'artifacts/raw/', Status: 'Enabled' };
      expect(Rules.filter((rule: { Prefix?: string }) => rule.Prefix === 'artifacts/raw/')).toEqual([
        {
          ...common,
          Id: 'raw-bodies',
          ExpirationInDays: 3 * days,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        },
        {
          ...common,
          Id: 'raw-bodies-not-quarantined',
          TagFilters: [{ Key: 'quarantined', Value: 'false' }],
          ExpirationInDays: days,
        },
      ]);
    },
  );

  it('keeps run documents, and what overwrote one for a week to take back', () => {
    const { Rules } = resourceOf(dev, 'ArtifactBucket').Properties.LifecycleConfiguration;
    expect(Rules.filter((rule: { Prefix?: string }) => rule.Prefix !== 'artifacts/raw/')).toEqual([
      {
        Id: 'discarded-batches',
        Prefix: 'aws/lambda/',
        Status: 'Enabled',
        ExpirationInDays: 30,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      {
        Id: 'run-documents',
        Prefix: 'artifacts/issues/',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      },
      {
        Id: 'run-documents-of-tenants',
        Prefix: 'artifacts/tenants/',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      },
      {
        Id: 'left-overs',
        Status: 'Enabled',
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        ExpiredObjectDeleteMarker: true,
      },
    ]);
  });
});

describe('the log groups', () => {
  const policies = ({ resources }: typeof dev) =>
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Logs::LogGroup')
      .map(({ DeletionPolicy, UpdateReplacePolicy }) => [DeletionPolicy, UpdateReplacePolicy]);
  const ofEachAndTheGateway = (stack: typeof dev, policy: string) =>
    Array(functionsOf(stack).length + 1).fill([policy, policy]);

  it('stay in production, because what happened is asked for after the stack is gone', () => {
    expect(policies(prod)).toEqual(ofEachAndTheGateway(prod, 'Retain'));
  });

  it('go with the stack elsewhere, because nobody asks for what a trial wrote', () => {
    expect(policies(dev)).toEqual(ofEachAndTheGateway(dev, 'Delete'));
  });
});

describe('the outputs', () => {
  it('name everything a person needs next', () => {
    expect(Object.keys(dev.outputs)).toEqual([
      'WebhookUrl',
      'ApiUrl',
      'SecretArn',
      'TableName',
      'ArtifactsBucket',
      'AlarmTopicArn',
      'DashboardUrl',
      'NextStep',
    ]);
    expect(dev.outputs).toMatchObject({
      TableName: { Value: { Ref: 'EventTable' } },
      ArtifactsBucket: { Value: { Ref: 'ArtifactBucket' } },
      SecretArn: { Value: { Ref: 'WebhookSecret' } },
    });
    expect(JSON.stringify(dev.outputs.WebhookUrl)).toMatch(/ApiEndpoint.*\/webhooks\/jira/);
    expect(JSON.stringify(dev.outputs.DashboardUrl)).toContain('cloudwatch/home?region=');
  });

  it('show the custom domain where there is one, and where its DNS record has to point', () => {
    expect(everything.outputs.WebhookUrl?.Value).toBe('https://webhooks.example.com/webhooks/jira');
    expect(everything.outputs.ApiUrl?.Value).toBe('https://webhooks.example.com');
    expect(JSON.stringify(everything.outputs.DomainTarget)).toContain('RegionalDomainName');
  });

  it('say what to do next, with the command that shows the secret', () => {
    expect(everything.outputs.NextStep?.Value).toBe(
      'Read the secret with aws secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:us-west-2:123456789012:secret:jira-AbCdEf --query SecretString --output text and make a webhook in Jira with WebhookUrl and the value of jira_webhook_secret; docs/runbooks/setup.md has every click.',
    );
  });
});
