import { describe, expect, it } from 'vitest';
import { isAlike, isSameAddress, readAddress } from '../../../../src/cli/jira-webhook/address.ts';
import { findSecretPlace, readSigningSecret } from '../../../../src/cli/jira-webhook/signing-secret.ts';
import type { SecretStore } from '../../../../src/cli/rotate-secret/secret-store.ts';

const CLOUD = 'https://acme.atlassian.net';

describe('where Jira is to deliver', () => {
  it.each([
    ['https://example.com', 'https://example.com/webhooks/jira'],
    ['https://example.com/', 'https://example.com/webhooks/jira'],
    ['https://example.com/dev/webhooks/jira', 'https://example.com/dev/webhooks/jira'],
  ])('%s is taken as %s', (given, url) => {
    expect(readAddress(given, CLOUD)).toBe(url);
  });

  it.each(['http://example.com/webhooks/jira', 'https://me:canary@example.com', 'example.com', ''])(
    '%j is refused without being quoted, because it may hold a login',
    (given) => {
      expect(() => readAddress(given, CLOUD)).toThrow('must be https');
    },
  );

  it('is not this machine when Jira is elsewhere, because nothing would arrive', () => {
    expect(() => readAddress('http://127.0.0.1:8080', CLOUD)).toThrow('Jira cannot reach 127.0.0.1:8080');
    const local = 'http://localhost:2990/jira';
    expect(readAddress('http://127.0.0.1:8080', local)).toBe('http://127.0.0.1:8080/webhooks/jira');
  });

  const ours = 'https://example.com/webhooks/jira';

  it.each([
    ['https://EXAMPLE.com:443/webhooks/jira?key={issue.key}', true, true],
    ['https://example.com/webhooks/jira/', false, true],
    ['http://example.com/webhooks/jira', false, true],
    ['https://old.example.com/webhooks/jira', false, true],
    ['https://example.com/WEBHOOKS/jira', false, true],
    ['https://old.example.com/other', false, false],
    ['no address', false, false],
  ])('is %s: %s, and looks like it: %s', (url, same, alike) => {
    expect(isSameAddress(url, ours)).toBe(same);
    expect(isAlike({ id: '1', name: 'n', url }, ours)).toBe(alike);
  });
});

const storeOf = (document: object): SecretStore => ({
  read: async () => ({
    current: { text: JSON.stringify(document), version_id: 'v', created_ms: 0 },
    previous: null,
  }),
  replace: async () => false,
});

const read = (document: object) => readSigningSecret({ id: 'an id' }, async () => storeOf(document));

describe('what Jira is to sign with', () => {
  it('is what a rotation staged, because the old one is about to go', async () => {
    const document = { jira_webhook_secret: 'old', jira_webhook_secret_next: 'new' };
    expect(await read(document)).toEqual({ text: 'new', name: 'jira_webhook_secret_next' });
    expect(await read({ jira_webhook_secret: 'old' })).toEqual({ text: 'old', name: 'jira_webhook_secret' });
  });

  it('is never the previous one, because that stops verifying', async () => {
    const until = { jira_webhook_secret_previous_until: '2099-01-01T00:00:00Z' };
    await expect(read({ jira_webhook_secret_previous: 'x', ...until })).rejects.toThrow(
      'The secret has no jira_webhook_secret',
    );
  });

  it('is the text behind base64, because Jira signs with the bytes of what is typed into it', async () => {
    const jira_webhook_secret = Buffer.from('geheim: ü').toString('base64');
    const document = { jira_webhook_secret, jira_webhook_secret_encoding: 'base64' };
    expect((await read(document)).text).toBe('geheim: ü');
  });

  it('is refused where its bytes are no text, because Jira could not sign with them', async () => {
    const jira_webhook_secret = Buffer.from([0xff, 0xfe]).toString('base64');
    const document = { jira_webhook_secret, jira_webhook_secret_encoding: 'base64' };
    await expect(read(document)).rejects.toThrow('jira_webhook_secret is not text');
  });

  it('is looked for in flags, then the environment, then the running instance', () => {
    const both = { JIRA_WEBHOOK_SECRET: 'text', JIRA_WEBHOOK_SECRET_ARN: 'arn' };
    const instance = { secret: 'of the instance' } as const;
    const whole = { ...RECORD, ...instance };
    expect(findSecretPlace('flag', both, whole)).toEqual({ id: 'flag' });
    expect(findSecretPlace(undefined, both, whole)).toEqual({ text: 'text' });
    expect(findSecretPlace(undefined, { JIRA_WEBHOOK_SECRET_ARN: 'arn' }, whole)).toEqual({ id: 'arn' });
    expect(findSecretPlace(undefined, {}, whole)).toEqual({ text: 'of the instance' });
    expect(() => findSecretPlace(undefined, {}, RECORD)).toThrow('Which secret should Jira sign with?');
  });
});

const RECORD = {
  ...{ pid: 1, process_start: null, url: 'http://127.0.0.1:1', dynamodb_endpoint: 'http://127.0.0.1:2' },
  ...{
    table_name: 't',
    artifacts_dir: null,
    secret: null,
    commits_secret: null,
    manage_token: 't',
    started_at: '',
  },
};
