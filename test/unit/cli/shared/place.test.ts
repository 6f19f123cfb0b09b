import { describe, expect, it } from 'vitest';
import { clientConfig } from '../../../../src/cli/shared/connection.ts';
import { describeArtifacts, describePlace, findPlace } from '../../../../src/cli/shared/place.ts';
import type { InstanceRecord } from '../../../../src/local/instance.ts';
import { PROJECT_FOLDER } from '../../../../src/local/project.ts';

const INSTANCE: InstanceRecord = {
  pid: 1,
  process_start: null,
  url: 'http://127.0.0.1:8080',
  dynamodb_endpoint: 'http://127.0.0.1:9000',
  table_name: 'of-the-instance',
  artifacts_dir: '/somewhere',
  secret: 'x',
  commits_secret: 'of the instance for commits',
  manage_token: 'a token',
  started_at: '2026-03-02T16:00:00.000Z',
};

describe('what a command works on', () => {
  it('is what the running instance has, without anything else', () => {
    expect(findPlace({}, {}, INSTANCE)).toEqual({
      table: 'of-the-instance',
      endpoint: 'http://127.0.0.1:9000',
      embedded: true,
      artifacts: { folder: '/somewhere' },
    });
  });

  it('lets the environment win over the instance', () => {
    const source = { TABLE_NAME: 'of-the-environment', ARTIFACTS_DIR: '/elsewhere' };
    expect(findPlace({}, source, INSTANCE)).toMatchObject({
      table: 'of-the-environment',
      endpoint: 'http://127.0.0.1:9000',
      artifacts: { folder: '/elsewhere' },
    });
  });

  it('lets flags win over the environment', () => {
    const source = { TABLE_NAME: 'of-the-environment', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
    expect(
      findPlace({ table: 'of-the-flag', endpoint: 'http://127.0.0.1:2' }, source, INSTANCE),
    ).toMatchObject({
      table: 'of-the-flag',
      endpoint: 'http://127.0.0.1:2',
    });
  });

  it("takes nothing of the instance's for another database, because it belongs to another table", () => {
    expect(findPlace({ endpoint: 'http://127.0.0.1:2' }, {}, INSTANCE)).toEqual({
      table: 'jira-webhook-sync',
      endpoint: 'http://127.0.0.1:2',
      embedded: false,
      artifacts: { folder: PROJECT_FOLDER },
    });
  });

  it('is AWS when a table is named and nothing runs, and then the artifacts must be named too', () => {
    const place = findPlace({ table: 'production' }, {}, null);
    expect(place).toEqual({ table: 'production', endpoint: null, embedded: false, artifacts: null });
    expect(describePlace(place)).toBe('table production on AWS');
    expect(() => describeArtifacts(place)).toThrow('ARTIFACTS_BUCKET');
  });

  it('knows the bucket of the environment', () => {
    const place = findPlace({}, { TABLE_NAME: 'production', ARTIFACTS_BUCKET: 'artifacts' }, null);
    expect(describeArtifacts(place)).toBe('bucket artifacts');
  });

  it('asks for the place of artifacts where nobody says it, because a wrong one would look empty', () => {
    const place = findPlace({ table: 'production' }, {}, null);
    expect(() => describeArtifacts(place)).toThrow('set ARTIFACTS_BUCKET or ARTIFACTS_DIR');
  });

  it('does not guess the bucket of an instance that has one', () => {
    expect(findPlace({}, {}, { ...INSTANCE, artifacts_dir: null }).artifacts).toBeNull();
  });

  it("is never guessed, because a default on AWS could be anybody's table", () => {
    expect(() => findPlace({}, {}, null)).toThrow(/No instance is running.*npm start.*--table/s);
  });

  it('names a wrong table or address without going anywhere', () => {
    expect(() => findPlace({ table: 'a b' }, {}, INSTANCE)).toThrow('TABLE_NAME');
    expect(() => findPlace({ endpoint: 'nope' }, {}, INSTANCE)).toThrow('AWS_ENDPOINT_URL_DYNAMODB');
  });
});

describe('credentials', () => {
  it('are made up for the embedded database, because it must never see real ones', async () => {
    const config = await clientConfig(findPlace({}, {}, INSTANCE));
    expect(config.credentials).toEqual({ accessKeyId: 'local', secretAccessKey: 'local' });
  });

  it("are the SDK's own business on AWS", async () => {
    expect(await clientConfig(findPlace({ table: 'production' }, {}, null))).toEqual({});
  });
});
