import { describe, expect, it } from 'vitest';
import { type Ended, runCli, spawnCli } from './run-cli.ts';

describe('npm run demo', () => {
  const expectAllPlayed = ({ code, stdout, stderr }: Ended): void => {
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const steps = stdout.split('\n').filter((line) => /^ ?\d+ .*-> /.test(line));
    expect(steps.map((line) => line.replace(/^.*-> /, '').replace(/ +(evt_\S+|-) +ok$/, ''))).toEqual([
      '202 applied',
      '202 applied',
      '202 recorded',
      '200 duplicate',
      '202 stale',
      '202 applied',
      '401 signature-refused',
      '202 applied',
      '202 applied',
      '202 recorded',
      '202 applied',
      '202 applied',
    ]);
    expect(stdout).not.toContain('UNEXPECTED');
    expect(stdout.match(/ {2}GET \S+ {2}ok\n/g)).toHaveLength(12);
    const sent = [...stdout.matchAll(/ => (.*) {2}ok$/gm)].map(([, result]) => result);
    expect(sent).toEqual([
      'ping answered 204',
      'verified HELP-1',
      '1 execution, sent 1 time',
      'open',
      'HELP-7 low breaker, HELP-8 high breaker',
      'verified HELP-8, HELP-7',
      'verified the very bytes',
    ]);
    expect(stdout.match(/; then Jira is asked$/gm)).toHaveLength(3);
    expect(stdout).toMatch(/Everything was as expected\.\n$/);
  };

  it('plays twice at the same time, because each has an instance of its own', async () => {
    const both = await Promise.all([spawnCli('demo', []), runCli('demo', [])]);
    for (const ended of both) expectAllPlayed(ended);
  });

  it('ends with 1 and a word when its database cannot be reached, and listens to Ctrl-C no more', async () => {
    const listeners = process.listenerCount('SIGINT');
    const { code, stderr } = await runCli('demo', [], { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' });
    expect(code).toBe(1);
    expect(stderr).toContain('http://127.0.0.1:1');
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });
});
