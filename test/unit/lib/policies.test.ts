import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/contract/routes.ts';
import { type Statement, statementsOf } from './statements.ts';
import { EVERYTHING_SET, newApp, synthStack } from './synth-stack.ts';

const stacks = [synthStack(), synthStack({ stage: 'prod', ...EVERYTHING_SET })];

/** Wildcards in resources that are meant, by what may be done there. */
const EXPLAINED: { resource: string; actions: string[]; reason: string }[] = [
  {
    resource: '*',
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    reason: 'X-Ray knows no resources',
  },
  {
    resource: '*',
    actions: ['dynamodb:ListStreams'],
    reason: 'knows no resources, and no stream is mapped without it',
  },
  {
    resource: '<ArtifactBucket.Arn>/artifacts/raw/*',
    actions: ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging'],
    reason: 'an object for each event',
  },
  {
    resource: '<ArtifactBucket.Arn>/artifacts/issues/*',
    actions: ['s3:GetObject', 's3:PutObject'],
    reason: 'an object for each run',
  },
  {
    resource: '<ArtifactBucket.Arn>/artifacts/tenants/*',
    actions: ['s3:GetObject', 's3:PutObject'],
    reason: 'an object for each run of another tenant',
  },
  {
    resource: '<ArtifactBucket.Arn>/aws/lambda/*',
    actions: ['s3:PutObject'],
    reason: 'an object for each discarded batch, named by Lambda',
  },
];

/** A refusal of whatever does not come over TLS is as broad as it can be. */
const isTlsRefusal = ({ effect, condition }: Statement): boolean =>
  effect === 'Deny' && /aws:SecureTransport|s3:TlsVersion/.test(JSON.stringify(condition));

const tooBroad = (statement: Statement): string[] => {
  const { actions, resources, principals, inverted, holder } = statement;
  const unexplained = actions.flatMap((action) =>
    resources
      .filter((resource) => resource.includes('*'))
      .filter(
        (resource) => !EXPLAINED.some((one) => one.resource === resource && one.actions.includes(action)),
      )
      .map((resource) => `${holder}: ${action} on ${resource}`),
  );
  return [
    ...actions.filter((action) => action.includes('*')).map((action) => `${holder}: ${action}`),
    ...(principals ?? []).filter((who) => who.includes('*')).map((who) => `${holder}: for ${who}`),
    ...inverted.map((name) => `${holder}: ${name}`),
    ...unexplained,
  ];
};

const complaints = (statements: Statement[]): string[] =>
  statements.filter((statement) => !isTlsRefusal(statement)).flatMap(tooBroad);

describe('every policy statement of the template', () => {
  const all = stacks.flatMap(({ resources }) => statementsOf(resources));

  it('is found, because a rule that reads nothing passes silently', () => {
    const { resources } = stacks[1] ?? synthStack();
    const statements = statementsOf(resources);
    const holders = new Set(statements.map(({ holder }) => holder));
    const types = ['AWS::IAM::Role', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'];
    expect([...holders].sort()).toEqual(
      Object.keys(resources)
        .filter((id) => types.includes(resources[id]?.Type ?? ''))
        .sort(),
    );
    expect(new Set([...holders].map((id) => resources[id]?.Type))).toEqual(new Set(types));
    expect(statements).toHaveLength(JSON.stringify(resources).split('"Effect":').length - 1);
  });

  it('has no wildcard action, and no wildcard resource without a reason', () => {
    expect(complaints(all)).toEqual([]);
  });

  it('needs every reason that is given, because an unused one would hide the next mistake', () => {
    const used = EXPLAINED.filter(({ resource, actions }) =>
      actions.every((action) =>
        all.some((one) => one.resources.includes(resource) && one.actions.includes(action)),
      ),
    );
    expect(used).toEqual(EXPLAINED);
  });

  it('is about this stack or the secret it was given, because nothing else is its business', () => {
    const foreign = stacks.flatMap(({ resources }) =>
      statementsOf(resources)
        .flatMap((statement) => statement.resources)
        .filter((resource) => resource !== '*' && resource !== EVERYTHING_SET.jiraWebhookSecretArn)
        .filter((resource) => !((/^<(\w+)/.exec(resource)?.[1] ?? '') in resources)),
    );
    expect(foreign).toEqual([]);
  });

  it('is not in a policy of AWS, because those grow by themselves', () => {
    for (const { template } of stacks)
      expect(JSON.stringify(template.toJSON())).not.toMatch(/iam::aws:policy|ManagedPolicyArns/);
  });

  it.each([
    [{ actions: ['dynamodb:*'], resources: ['arn:aws:dynamodb:::table/x'] }, ': dynamodb:*'],
    [{ actions: ['s3:Get*'], resources: ['arn:aws:s3:::b'] }, ': s3:Get*'],
    [{ actions: ['s3:GetObject'], resources: ['*'] }, ': s3:GetObject on *'],
    [{ actions: ['dynamodb:GetItem'], resources: ['arn:aws:dynamodb:::table/*'] }, 'table/*'],
    [{ notActions: ['iam:PassRole'], resources: ['arn:aws:s3:::b'] }, ': NotAction'],
  ])('would not pass as %j, because the rules above must be able to fail', (props, complaint) => {
    const stack = new Stack(newApp(), 'Bad');
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(new PolicyStatement(props));
    const { Resources } = Template.fromStack(stack).toJSON();
    expect(complaints(statementsOf(Resources)).join()).toContain(complaint);
  });
});

/** A value of a template as AWS would have it: whatever is known only then is as long as it gets. */
const resolved = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Join' in value) {
    const [glue, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map(resolved).join(glue);
  }
  if ('Ref' in value || 'Fn::GetAtt' in value) return 'x'.repeat(150);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
};

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(resolved(value)));

/** Lambda developer guide, "Lambda quotas": the resource-based policy of a function. */
const MOST_FUNCTION_POLICY = 20_480;

/** IAM user guide, "IAM and AWS STS quotas": the inline policies of a role, without white space. */
const MOST_ROLE_POLICIES = 10_240;

/** The statement that Lambda keeps for a permission. */
const statementOf = (
  id: string,
  { Action, Principal, SourceArn, FunctionName }: Record<string, unknown>,
) => ({
  Sid: `JiraWebhookSync-production-stage-${id}-0123456789AB`,
  Effect: 'Allow',
  Principal: { Service: Principal },
  Action,
  Resource: FunctionName,
  Condition: { ArnLike: { 'AWS:SourceArn': SourceArn } },
});

describe('the size of the policies', () => {
  const permissionsBy = (template: Template): Record<string, number> => {
    const sizes: Record<string, number> = {};
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::Lambda::Permission'))) {
      const key = JSON.stringify(Properties.FunctionName);
      sizes[key] = (sizes[key] ?? 0) + bytesOf(statementOf(id, Properties));
    }
    return sizes;
  };

  it('of each function is far from where Lambda ends, however many routes it serves', () => {
    for (const { template } of stacks) {
      const sizes = Object.values(permissionsBy(template));
      expect(sizes).toHaveLength(3);
      for (const size of sizes) expect(size).toBeLessThan(MOST_FUNCTION_POLICY / 10);
    }
  });

  it('would be over with a permission for each route, so that they must go on to share one', () => {
    const [{ template } = synthStack()] = stacks;
    const [size = 0] = Object.values(permissionsBy(template));
    const read = ROUTES.filter(({ served_by }) => served_by === 'read').length * 2;
    expect(size * read).toBeGreaterThan(MOST_FUNCTION_POLICY / 2);
  });

  it('of each role leaves half of what IAM allows', () => {
    for (const { template } of stacks)
      for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role')))
        expect(bytesOf(Properties.Policies ?? [])).toBeLessThan(MOST_ROLE_POLICIES / 2);
  });
});

describe('what may call a function', () => {
  it('is the API of this stack, and nothing else', () => {
    for (const { template } of stacks) {
      const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
      expect(permissions.length).toBe(3);
      for (const { Properties } of permissions) {
        expect(Properties.Principal).toBe('apigateway.amazonaws.com');
        expect(Properties.Action).toBe('lambda:InvokeFunction');
        expect(JSON.stringify(Properties.SourceArn)).toMatch(/execute-api:.*AWS::AccountId.*"Ref":"ApiCD/);
      }
    }
  });
});
