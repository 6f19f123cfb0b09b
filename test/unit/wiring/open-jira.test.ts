import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { ConfigError } from '../../../src/errors/errors.ts';
import type { JiraSite } from '../../../src/jira/site.ts';
import { openJiraSite } from '../../../src/wiring/open-jira.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:jira-token-AbCdEf';
const SITE = 'https://acme.atlassian.net';

let store: FakeSecretsManager;

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  store = await startSecretsManager(ARN);
});

afterEach(async () => {
  await store.close();
  vi.unstubAllEnvs();
});

const open = (values: NodeJS.ProcessEnv): Promise<JiraSite> =>
  openJiraSite(readEnv({ AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint, ...values }), {});

const deployed = { JIRA_SITE_URL: `${SITE}/`, JIRA_API_SECRET_ARN: ARN, AWS_LAMBDA_FUNCTION_NAME: 'f' };

describe('the site that is read', () => {
  it('is none without JIRA_SITE_URL, whatever else is set, because that alone names it', async () => {
    await expect(open({ JIRA_API_TOKEN: 'abc' })).rejects.toThrow(/Set JIRA_SITE_URL/);
    await expect(open({ JIRA_API_SECRET_ARN: ARN })).rejects.toThrow(ConfigError);
    expect(store.requests.AWSCURRENT).toBe(0);
  });

  it('takes the local token and asks no secret, because an override is for a laptop', async () => {
    const site = await open({ ...deployed, JIRA_API_TOKEN: 'local', JIRA_API_USER: 'me@example.com' });
    const login = Buffer.from('me@example.com:local').toString('base64');
    expect(site).toEqual({ authorization: `Basic ${login}`, url: SITE, api: SITE });
    expect(store.requests.AWSCURRENT).toBe(0);
  });

  it('tells a store that fails from a setting that is wrong, because only the latter needs a person', async () => {
    store.put('{"jira_api_token":"one"}', 0);
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    await expect(open(deployed)).rejects.toThrow('secret unavailable: AccessDeniedException');
  });

  it('reads the secret at each call, because a changed token must not wait for a cold start', async () => {
    store.put('{"jira_api_token":"one"}', 0);
    expect((await open(deployed)).authorization).toBe('Bearer one');
    store.put('{"jira_api_token":"two"}', 1);
    expect((await open(deployed)).authorization).toBe('Bearer two');
    expect(store.requests).toEqual({ AWSCURRENT: 2, AWSPREVIOUS: 0 });
  });

  it('never takes the token of an administrator, because the running service must not have one', async () => {
    await expect(open({ JIRA_SITE_URL: SITE, JIRA_ADMIN_TOKEN: 'admin' })).rejects.toThrow(/JIRA_API_TOKEN/);
  });

  it.each([
    [{ JIRA_SITE_URL: SITE }, 'JIRA_API_TOKEN must be set'],
    [{ JIRA_SITE_URL: SITE, AWS_LAMBDA_FUNCTION_NAME: 'f' }, 'JIRA_API_SECRET_ARN must be set'],
  ])('says which setting is missing for %j, because the two places differ', async (values, words) => {
    await expect(open(values)).rejects.toThrow(new RegExp(words));
    await expect(open(values)).rejects.toThrow(ConfigError);
  });

  it.each(['{}', '{"jira_api_token":""}', '{"jira_api_token":null}', '{"jira_webhook_secret":"hunter2"}'])(
    'says what to put into the secret that is %s, because a new one has no token',
    async (document) => {
      store.put(document, 0);
      await expect(open(deployed)).rejects.toThrow(/has no jira_api_token: put/);
    },
  );

  it.each(['{"jira_api_token":"hunter2\\n"}', '{"jira_api_token":"hunter2 hunter2"}', 'hunter2'])(
    'shows nothing of a secret that cannot be used, because a message is logged',
    async (document) => {
      store.put(document, 0);
      const fault: unknown = await open(deployed).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(ConfigError);
      expect(String(fault)).not.toContain('hunter2');
    },
  );
});
