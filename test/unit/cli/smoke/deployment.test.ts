import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../../src/cli/shared/command.ts';
import { type DeploymentFlags, findDeployment } from '../../../../src/cli/smoke/deployment.ts';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';

const OUTPUTS = {
  WebhookUrl: 'https://abc123.execute-api.eu-central-1.amazonaws.com/webhooks/jira',
  ApiUrl: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
  SecretArn: SECRET_ARN,
  TableName: 'JiraWebhookSync-dev-EventTable-1A2B',
  ArtifactsBucket: 'jirawebhooksync-dev-artifactbucket-3c4d',
  NextStep: 'Read the secret',
};

let folder = '';

const fileWith = (content: unknown): string => {
  const path = join(folder, 'outputs.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const find = (flags: Partial<DeploymentFlags> = {}) => findDeployment({ stage: 'dev', ...flags });

const refusal = (flags: Partial<DeploymentFlags>): string => {
  try {
    find(flags);
  } catch (fault) {
    if (fault instanceof UsageError) return fault.message;
    throw fault;
  }
  return 'none';
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smoke-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('what is tested', () => {
  it('is what the outputs of the stage say, as cdk deploy wrote them', () => {
    expect(find({ outputs: fileWith({ 'JiraWebhookSync-dev': OUTPUTS }) })).toEqual({
      stack: 'JiraWebhookSync-dev',
      url: new URL('https://abc123.execute-api.eu-central-1.amazonaws.com/'),
      secret_id: SECRET_ARN,
      bucket: 'jirawebhooksync-dev-artifactbucket-3c4d',
      table: 'JiraWebhookSync-dev-EventTable-1A2B',
    });
  });

  it('is found from the folder the command was typed in, because npm runs it in another', () => {
    fileWith({ 'JiraWebhookSync-dev': OUTPUTS });
    vi.stubEnv('INIT_CWD', folder);
    expect(find({ outputs: 'outputs.json' }).secret_id).toBe(SECRET_ARN);
  });

  it('is what a flag says where there is one', () => {
    const outputs = fileWith({ 'JiraWebhookSync-dev': OUTPUTS });
    expect(
      find({ outputs, url: 'https://hooks.example.com/', secretId: 'mine', bucket: 'b', table: 't' }),
    ).toEqual({
      stack: 'JiraWebhookSync-dev',
      url: new URL('https://hooks.example.com/'),
      secret_id: 'mine',
      bucket: 'b',
      table: 't',
    });
  });

  it('needs no file with an address and a secret', () => {
    expect(find({ url: 'https://hooks.example.com/webhooks/jira', secretId: 'mine' })).toEqual({
      stack: 'JiraWebhookSync-dev',
      url: new URL('https://hooks.example.com/'),
      secret_id: 'mine',
      bucket: null,
      table: null,
    });
  });

  it('is no other stage, because a test issue written there would surprise somebody', () => {
    const outputs = fileWith({ 'JiraWebhookSync-dev': OUTPUTS });
    expect(refusal({ outputs, stage: 'prod' })).toContain(
      'has no outputs of JiraWebhookSync-prod (it has: JiraWebhookSync-dev)',
    );
  });
});

describe('what cannot be tested', () => {
  it('is a file that is not there, and it says who writes one', () => {
    const message = refusal({ outputs: join(folder, 'none.json') });
    expect(message).toContain('none.json cannot be read (ENOENT). npm run deploy writes .local/outputs.json');
  });

  it.each(['', 'no JSON', '[]', '{"JiraWebhookSync-dev":{"ApiUrl":1}}'])('is a file with %j', (content) => {
    expect(refusal({ outputs: fileWith(content) })).toContain('is not an outputs file');
  });

  it('is a stack without an address or a secret', () => {
    const { ApiUrl, SecretArn, ...others } = OUTPUTS;
    const noUrl = fileWith({ 'JiraWebhookSync-dev': { ...others, SecretArn } });
    expect(refusal({ outputs: noUrl })).toContain('The address is unknown');
    const noSecret = fileWith({ 'JiraWebhookSync-dev': { ...others, ApiUrl } });
    expect(refusal({ outputs: noSecret })).toContain('The secret is unknown');
  });

  it.each([
    'http://hooks.example.com',
    'ftp://hooks.example.com',
    'hooks.example.com',
    'http://127.0.0.1.example.com',
  ])('is %s, because signatures would be readable on the way', (url) => {
    expect(refusal({ url, secretId: 'mine' })).toBe(`${url} is not an https URL`);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    'is not %s, because nothing leaves this machine',
    (url) => {
      expect(find({ url, secretId: 'mine' }).url.origin).toBe(url);
    },
  );
});
