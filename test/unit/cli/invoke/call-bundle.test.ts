import { describe, expect, it } from 'vitest';
import { findSecrets, functionEnv, type Secrets } from '../../../../src/cli/invoke/call-bundle.ts';
import type { StoreAddress } from '../../../../src/cli/shared/place.ts';
import { forEachSource, SOURCES } from '../../../../src/domain/source.ts';
import type { InstanceRecord } from '../../../../src/local/instance.ts';

const PLACE: StoreAddress = {
  table: 'a-table',
  endpoint: 'http://127.0.0.1:9000',
  embedded: true,
  artifacts: { folder: '/somewhere' },
};

const INSTANCE: InstanceRecord = {
  pid: 1,
  process_start: null,
  url: 'http://127.0.0.1:8080',
  dynamodb_endpoint: 'http://127.0.0.1:9000',
  table_name: 'a-table',
  artifacts_dir: '/somewhere',
  secret: 'of the instance',
  commits_secret: 'of the instance for commits',
  manage_token: 'a token',
  started_at: '2026-03-02T16:00:00.000Z',
};

const NO_SECRETS: Secrets = forEachSource(() => null);

describe("the function's environment", () => {
  it('is the place it works on and what Lambda sets, over what this process has', () => {
    const secrets = { ...NO_SECRETS, jira: 'the secret', commits: 'for commits' };
    const source = { PATH: '/bin', TABLE_NAME: 'another', AWS_PROFILE: 'work', AWS_ACCESS_KEY_ID: 'real' };
    expect(functionEnv('ingest', PLACE, true, secrets, source)).toEqual({
      PATH: '/bin',
      TABLE_NAME: 'a-table',
      AWS_LAMBDA_FUNCTION_NAME: 'local-ingest',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9000',
      ARTIFACTS_DIR: '/somewhere',
      JIRA_WEBHOOK_SECRET: 'the secret',
      COMMITS_WEBHOOK_SECRET: 'for commits',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
      AWS_PROFILE: undefined,
    });
  });

  it('keeps real credentials for a real database', () => {
    const place = { ...PLACE, endpoint: null, artifacts: { bucket: 'b' } };
    const env = functionEnv('read', place, false, NO_SECRETS, { AWS_PROFILE: 'work' });
    expect(env).toEqual({
      TABLE_NAME: 'a-table',
      ARTIFACTS_BUCKET: 'b',
      AWS_PROFILE: 'work',
      AWS_LAMBDA_FUNCTION_NAME: 'local-read',
    });
  });
});

describe('the secrets of the function', () => {
  it('are those of the environment, else those of the instance', () => {
    const source = { JIRA_WEBHOOK_SECRET: 'of the environment', GITHUB_WEBHOOK_SECRET: 'for github' };
    expect(findSecrets(undefined, 'jira', source, PLACE, INSTANCE)).toEqual({
      ...NO_SECRETS,
      jira: 'of the environment',
      github: 'for github',
      commits: 'of the instance for commits',
    });
  });

  it.each(SOURCES)("have the flag in place of the sender's (%s) and of no other", (sender) => {
    const before = findSecrets(undefined, sender, {}, PLACE, INSTANCE);
    expect(findSecrets('of the flag', sender, {}, PLACE, INSTANCE)).toEqual({
      ...before,
      [sender]: 'of the flag',
    });
  });

  it("are not the instance's for another database", () => {
    const elsewhere = { ...PLACE, endpoint: 'http://127.0.0.1:1' };
    expect(findSecrets(undefined, 'jira', {}, elsewhere, INSTANCE)).toEqual(NO_SECRETS);
  });
});
