import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { ENV } from '../../../src/contract/env-variables.ts';
import { ConfigError } from '../../../src/errors/errors.ts';

describe('readEnv', () => {
  it('has the defaults of the contract, because an empty environment must run', () => {
    expect(readEnv({})).toEqual({
      TABLE_NAME: 'jira-webhook-sync',
      LOG_LEVEL: 'info',
      MAX_BODY_BYTES: 4_000_000,
      EVENT_RETENTION_DAYS: 30,
      SECRET_GRACE_HOURS: 24,
      RECONCILE_RATE: 2,
      EXECUTIONS: 'on',
      PORT: 8080,
      HOST: '127.0.0.1',
      on_lambda: false,
    });
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '8080x'],
    ['LOG_LEVEL', 'loud'],
    ['EXECUTIONS', 'yes'],
    ['RC_LOG_JSON', 'yes'],
    ['MAX_BODY_BYTES', '0'],
    ['EVENT_RETENTION_DAYS', '-1'],
    ['SECRET_GRACE_HOURS', '1.5'],
    ['ALLOWED_CIDRS', '192.0.2.0'],
    ['ALLOWED_CIDRS', '192.0.2.0/33'],
    ['ALLOWED_CIDRS', '192.0.2.0/24,'],
    ['TABLE_NAME', 'a b'],
    ['AWS_ENDPOINT_URL_DYNAMODB', 'localhost:8000'],
    ['JIRA_WEBHOOK_SECRET', ''],
    ['GITHUB_WEBHOOK_SECRET', ''],
    ['BITBUCKET_WEBHOOK_SECRET', ''],
    ['COMMITS_WEBHOOK_SECRET', ''],
    ['JIRA_SITE_URL', 'http://acme.atlassian.net'],
    ['JIRA_SITE_URL', 'https://me:pass@acme.atlassian.net'],
    ['JIRA_API_URL', 'http://localhost.example.com'],
    ['JIRA_API_URL', 'ftp://127.0.0.1/jira'],
    ['JIRA_API_USER', 'a:b'],
    ['JIRA_API_TOKEN', 'two\nlines'],
    ['RECONCILE_PROJECTS', 'ABC,'],
    ['RECONCILE_PROJECTS', 'ABC SHOP'],
    ['RECONCILE_PROJECTS', 'ABC") OR project != ("X'],
    ['RECONCILE_RATE', '0'],
    ['RECONCILE_RATE', '1001'],
    ['RECONCILE_RATE', '-2'],
  ])('refuses %s=%s and names it, because a wrong value must stop the start', (name, value) => {
    expect(() => readEnv({ [name]: value })).toThrow(ConfigError);
    expect(() => readEnv({ [name]: value })).toThrow(name);
  });

  it('names every wrong variable at once, because nobody wants to restart for each', () => {
    expect(() => readEnv({ PORT: 'x', LOG_LEVEL: 'x' })).toThrow(/LOG_LEVEL.*PORT/);
  });

  it('never shows a value, because it may be a secret in the wrong place', () => {
    expect(() => readEnv({ PORT: 'hunter2' })).toThrow(expect.not.stringContaining('hunter2'));
  });

  it('counts an empty value as unset, because shells and compose files export those', () => {
    expect(readEnv({ PORT: '', ALLOWED_CIDRS: '', LOCAL_DB_PATH: '' }).PORT).toBe(8080);
  });

  it('knows Lambda by its own variable, because defaults differ there', () => {
    expect(readEnv({ AWS_LAMBDA_FUNCTION_NAME: 'f' }).on_lambda).toBe(true);
  });

  it('lets private targets be on a laptop only, because on Lambda they are what nobody else reaches', () => {
    const on = { ALLOW_PRIVATE_TARGETS: 'true' };
    expect(readEnv(on).ALLOW_PRIVATE_TARGETS).toBe(true);
    expect(() => readEnv({ ...on, AWS_LAMBDA_FUNCTION_NAME: 'f' })).toThrow('ALLOW_PRIVATE_TARGETS');
    const off = { ALLOW_PRIVATE_TARGETS: 'false', AWS_LAMBDA_FUNCTION_NAME: 'f' };
    expect(readEnv(off).ALLOW_PRIVATE_TARGETS).toBe(false);
  });

  it('reads CIDR blocks of both families, because Atlassian publishes both', () => {
    const list = readEnv({ ALLOWED_CIDRS: '192.0.2.0/24, 2001:db8::/32' }).ALLOWED_CIDRS;
    expect(list?.check('192.0.2.200')).toBe(true);
    expect(list?.check('192.0.3.1')).toBe(false);
    expect(list?.check('2001:db8::1', 'ipv6')).toBe(true);
  });

  it('takes http for this machine only, because a token would be readable on the way', () => {
    for (const url of ['http://127.0.0.1:2990/jira', 'http://localhost:8080', 'http://[::1]:1'])
      expect(readEnv({ JIRA_SITE_URL: url }).JIRA_SITE_URL).toBe(url);
  });

  it('reads keys of projects in any case and each once, because people type them as they like', () => {
    const { RECONCILE_PROJECTS } = readEnv({ RECONCILE_PROJECTS: 'abc, SHOP,Abc' });
    expect(RECONCILE_PROJECTS).toEqual(['ABC', 'SHOP']);
  });

  it('cannot be changed afterwards, because everything relies on what the start saw', () => {
    expect(Object.isFrozen(readEnv({}))).toBe(true);
  });

  it('explains every variable, because the page of settings is made from it', () => {
    for (const entry of Object.values(ENV))
      expect(entry.meaning.length * entry.standard.length).toBeGreaterThan(0);
  });
});
