import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { METRICS } from '../../../src/contract/metrics.ts';
import { openMetrics } from '../../../src/platform/metrics.ts';

const METRICS_FILE = join(import.meta.dirname, '../../../src/platform/metrics.ts');

/** What a process that sees itself on Lambda writes to standard output. */
const written = (call: string): Record<string, unknown>[] => {
  const script = `
    import { openMetrics } from '${METRICS_FILE}';
    const count = openMetrics({ on_lambda: true, TABLE_NAME: 'a-table' });
    ${call}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('metrics', () => {
  it('are lines in the embedded metric format, one for each count, because Lambda freezes the process after', () => {
    const lines = written("count('Quarantined'); count('SweepFound', 3);");
    expect(lines).toMatchObject([
      { service: 'a-table', Quarantined: 1 },
      { service: 'a-table', SweepFound: 3 },
    ]);
    expect(lines[0]?._aws).toMatchObject({
      CloudWatchMetrics: [
        {
          Namespace: 'JiraWebhookSync',
          Dimensions: [['service']],
          Metrics: [{ Name: 'Quarantined', Unit: 'Count' }],
        },
      ],
    });
  });

  it('are not written outside Lambda, because nobody reads them there', () => {
    const before = process.stdout.write;
    const chunks: unknown[] = [];
    process.stdout.write = (chunk) => chunks.push(chunk) > 0;
    try {
      openMetrics(readEnv({ JIRA_WEBHOOK_SECRET: 'x' }))('Quarantined');
    } finally {
      process.stdout.write = before;
    }
    expect(chunks).toEqual([]);
  });

  it('have names CloudWatch takes, because a wrong one is dropped in silence', () => {
    for (const name of Object.keys(METRICS)) expect(name).toMatch(/^[A-Z][A-Za-z]{1,100}$/);
  });
});
