import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { runCli } from './run-cli.ts';

const bill = z.object({
  workload: z.looseObject({ deliveries_per_month: z.number(), correlation: z.boolean() }),
  rows: z.array(
    z.looseObject({ component: z.string(), what: z.string(), usd: z.number(), share: z.number() }),
  ),
  usd: z.number(),
  usd_per_million_deliveries: z.number(),
  prices_read: z.iso.date(),
});

const billFor = async (...args: string[]) => {
  const { code, stdout } = await runCli('cost', [...args, '--json']);
  expect(code).toBe(0);
  return bill.parse(JSON.parse(stdout));
};

describe('npm run cost', () => {
  it('prints a row for each component, their sum, and when the prices were read', async () => {
    const { code, stdout, stderr } = await runCli('cost', ['--deliveries', '1e6', '--bytes', '9000']);
    expect([code, stderr]).toEqual([0, '']);
    for (const text of ['API Gateway', 'DynamoDB', 'X-Ray', 'Secrets Manager', '100.0 %', 'from memory'])
      expect(stdout).toContain(text);
    expect(stdout).toContain('1,000,000 deliveries a month of 9,000 bytes');
    expect(stdout).toMatch(
      /\n\d+\.\d\d USD per million deliveries\. \d+\.\d\d USD of this bill grow with them\.\n/,
    );
  });

  it('gives the same as JSON, whose rows add up', async () => {
    const { rows, usd, workload } = await billFor('--deliveries', '2e6');
    expect(workload.deliveries_per_month).toBe(2_000_000);
    expect(rows.reduce((sum, row) => sum + row.usd, 0)).toBeCloseTo(usd, 6);
  });

  it('leaves correlation out when it is off', async () => {
    const [on, off] = [await billFor(), await billFor('--correlation', 'off')];
    expect(off.workload.correlation).toBe(false);
    expect(off.usd).toBeLessThan(on.usd);
    expect(off.rows.filter(({ component }) => component === 'S3')).toEqual([]);
  });

  it('says that the prices of another region are taken to be the same', async () => {
    const { stdout } = await runCli('cost', ['--region', 'us-west-2']);
    expect(stdout).toContain('US West (Oregon), taken to have the prices of US East (N. Virginia)');
  });

  it('explains itself with --help', async () => {
    const { code, stdout } = await runCli('cost', ['--help']);
    expect(code).toBe(0);
    for (const flag of ['--deliveries', '--bytes', '--correlation', '--region', '--retention-days', '--json'])
      expect(stdout).toContain(flag);
    expect(stdout).toContain('Exit codes: 0 success');
  });

  it.each([
    [['--deliveries', 'many'], 'whole number'],
    [['--deliveries', '0'], 'whole number'],
    [['--deliveries', '1e99'], 'whole number'],
    [['--bytes', '-1'], 'whole number'],
    [['--correlation', 'perhaps'], 'on, off'],
    [['--region', 'mars-1'], 'us-east-1, us-west-2'],
    [['--hours', '731'], 'from 1 to 730'],
    [['--surprise'], 'unknown option'],
  ])('refuses %j with exit code 2, because a wrong bill is worse than none', async (args, said) => {
    const { code, stdout, stderr } = await runCli('cost', args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });
});
