import { describe, expect, it } from 'vitest';
import { welcome } from '../../../src/local/welcome.ts';

const about = {
  url: 'http://127.0.0.1:8080',
  host: '127.0.0.1',
  database: 'in memory',
  artifacts: '/p/artifacts',
  madeSecret: 'made-secret',
  secretInEnvironment: false,
  madeCommitsSecret: 'made-for-commits',
  nowMs: Date.UTC(2026, 10, 22, 19, 0, 0, 5),
};

describe('the welcome text', () => {
  it('shows a made secret exactly once, inside the command to paste', () => {
    expect(welcome(about)).toContain("  secret='made-secret'\n");
    expect(welcome(about).split('made-secret')).toHaveLength(2);
  });

  it('signs a body that is a current full issue, because an old or partial one would not be applied', () => {
    expect(welcome(about)).toContain(
      `body='{"timestamp":1795374000005,"webhookEvent":"jira:issue_created","issue":{"id":"10009","key":"TRY-1",` +
        `"fields":{"summary":"A first delivery","updated":"2026-11-22T19:00:00.005+0000"}}}'`,
    );
  });

  it('takes a secret of the environment from there, because it is not ours to show', () => {
    const text = welcome({ ...about, madeSecret: null, secretInEnvironment: true });
    expect(text).toContain('  secret="$JIRA_WEBHOOK_SECRET"\n');
  });

  it('prints no command when the secret lies behind an ARN, because the shell does not have it', () => {
    const text = welcome({ ...about, madeSecret: null });
    expect(text).toContain('the secret behind JIRA_WEBHOOK_SECRET_ARN');
    expect(text).not.toContain('openssl');
  });

  it('says how to send commits, and shows their secret exactly once', () => {
    expect(welcome(about)).toContain('npm run commits -- --repo PATH\n');
    expect(welcome(about)).toContain('http://127.0.0.1:8080/webhooks/commits with made-for-commits\n');
    expect(welcome(about).split('made-for-commits')).toHaveLength(2);
  });

  it('shows no secret for commits that it has not made, because its owner has it already', () => {
    const text = welcome({ ...about, madeCommitsSecret: null });
    expect(text).toContain('npm run commits -- --repo PATH\n');
    expect(text).not.toContain('/webhooks/commits');
  });

  it.each([
    ['0.0.0.0', true],
    ['::', true],
    ['192.0.2.1', true],
    ['127.0.0.1', false],
    ['127.0.0.2', false],
    ['::1', false],
    ['localhost', false],
  ])('on HOST %s warns of open reading: %s, because only loopback is private', (host, warns) => {
    expect(welcome({ ...about, host }).includes('can read every stored issue')).toBe(warns);
  });
});
