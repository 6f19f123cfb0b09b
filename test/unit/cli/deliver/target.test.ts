import { describe, expect, it } from 'vitest';
import { COMMITS_WEBHOOK, findTarget } from '../../../../src/cli/deliver/target.ts';
import type { InstanceRecord } from '../../../../src/local/instance.ts';

const INSTANCE: InstanceRecord = {
  pid: 1,
  process_start: null,
  url: 'http://127.0.0.1:8080',
  dynamodb_endpoint: 'http://127.0.0.1:9000',
  table_name: 'jira-webhook-sync',
  artifacts_dir: '/somewhere',
  secret: 'of the instance',
  commits_secret: 'of the instance for commits',
  manage_token: 'a token',
  started_at: '2026-03-02T16:00:00.000Z',
};

describe('where deliveries go', () => {
  it('is the running instance without any flag', () => {
    const { url, secret } = findTarget({}, {}, INSTANCE);
    expect([url.href, secret]).toEqual(['http://127.0.0.1:8080/webhooks/jira', 'of the instance']);
  });

  it('lets the environment win over the instance, and a flag over both', () => {
    const source = { JIRA_WEBHOOK_SECRET: 'of the environment' };
    expect(findTarget({}, source, INSTANCE).secret).toBe('of the environment');
    expect(findTarget({ secret: 'of the flag' }, source, INSTANCE).secret).toBe('of the flag');
  });

  it('keeps the path of an address that has one, because a gateway may have a stage in it', () => {
    const { url } = findTarget({ url: 'https://api.example.com/prod/webhooks/jira', secret: 's' }, {}, null);
    expect(url.href).toBe('https://api.example.com/prod/webhooks/jira');
  });

  it("never signs for another receiver with the instance's secret, because it would only mislead", () => {
    expect(() => findTarget({ url: 'https://api.example.com' }, {}, INSTANCE)).toThrow(
      'The secret is unknown',
    );
  });

  it('says what to do when nothing runs', () => {
    expect(() => findTarget({}, {}, null)).toThrow(/No instance is running.*npm start.*--url/);
  });

  it('says what to do when the secret lies behind an ARN', () => {
    expect(() => findTarget({}, {}, { ...INSTANCE, secret: null })).toThrow('JIRA_WEBHOOK_SECRET');
  });

  it('refuses an empty secret, because it verifies nothing', () => {
    expect(() => findTarget({ secret: '' }, {}, INSTANCE)).toThrow('The secret is unknown');
  });

  it.each(['nonsense', 'ftp://example.com', '127.0.0.1:8080'])('refuses %s as an address', (url) => {
    expect(() => findTarget({ url, secret: 's' }, {}, null)).toThrow('not an http or https URL');
  });
});

describe('where commits go', () => {
  it("is the running instance's other webhook, with the secret that is its own for commits", () => {
    const { url, secret } = findTarget({}, {}, INSTANCE, COMMITS_WEBHOOK);
    expect([url.href, secret]).toEqual([
      'http://127.0.0.1:8080/webhooks/commits',
      'of the instance for commits',
    ]);
  });

  it("is never signed for with Jira's secret, because each source has its own", () => {
    const source = { JIRA_WEBHOOK_SECRET: 'of Jira' };
    const instance = { ...INSTANCE, commits_secret: null };
    expect(() => findTarget({}, source, instance, COMMITS_WEBHOOK)).toThrow('set COMMITS_WEBHOOK_SECRET');
    const named = { ...source, COMMITS_WEBHOOK_SECRET: 'of commits' };
    expect(findTarget({}, named, instance, COMMITS_WEBHOOK).secret).toBe('of commits');
  });
});
