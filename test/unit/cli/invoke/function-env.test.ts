import { describe, expect, it } from 'vitest';
import { findSecret, functionEnv } from '../../../../src/cli/invoke/function-env.ts';
import type { Place } from '../../../../src/cli/shared/place.ts';
import type { InstanceRecord } from '../../../../src/local/instance.ts';

const PLACE: Place = {
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
  started_at: '2026-03-02T16:00:00.000Z',
};

describe("the function's environment", () => {
  it('is the place it works on and what Lambda sets, over what this process has', () => {
    const source = { PATH: '/bin', TABLE_NAME: 'another', AWS_PROFILE: 'work', AWS_ACCESS_KEY_ID: 'real' };
    expect(functionEnv('ingest', PLACE, true, 'the secret', source)).toEqual({
      PATH: '/bin',
      TABLE_NAME: 'a-table',
      AWS_LAMBDA_FUNCTION_NAME: 'local-ingest',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9000',
      ARTIFACTS_DIR: '/somewhere',
      JIRA_WEBHOOK_SECRET: 'the secret',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
      AWS_PROFILE: undefined,
    });
  });

  it('keeps real credentials for a real database', () => {
    const place = { ...PLACE, endpoint: null, artifacts: { bucket: 'b' } };
    const env = functionEnv('read', place, false, null, { AWS_PROFILE: 'work' });
    expect(env).toEqual({
      TABLE_NAME: 'a-table',
      ARTIFACTS_BUCKET: 'b',
      AWS_PROFILE: 'work',
      AWS_LAMBDA_FUNCTION_NAME: 'local-read',
    });
  });
});

describe('the secret that signs an event', () => {
  it('is the flag, else the environment, else that of the instance', () => {
    const source = { JIRA_WEBHOOK_SECRET: 'of the environment' };
    expect(findSecret('of the flag', source, PLACE, INSTANCE)).toBe('of the flag');
    expect(findSecret(undefined, source, PLACE, INSTANCE)).toBe('of the environment');
    expect(findSecret(undefined, {}, PLACE, INSTANCE)).toBe('of the instance');
  });

  it("is not the instance's for another database", () => {
    expect(findSecret(undefined, {}, { ...PLACE, endpoint: 'http://127.0.0.1:1' }, INSTANCE)).toBeNull();
  });
});
