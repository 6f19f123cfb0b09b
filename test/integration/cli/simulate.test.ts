import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { runCli } from './run-cli.ts';

const report = z.object({
  seed: z.number(),
  rates: z.array(z.number()),
  tables: z.array(
    z.object({ name: z.string(), head: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  ),
});

describe('npm run simulate', () => {
  it('prints its tables, the same ones for the same seed', async () => {
    const args = ['--rates', '10,500', '--seed', '7'];
    const [first, second] = [await runCli('simulate', args), await runCli('simulate', args)];
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain('by_day: busiest partition in its busiest second');
    expect(first.stdout).toContain('What is full');
    expect(second.stdout).toBe(first.stdout);
  });

  it('gives them as JSON, every row as wide as its head', async () => {
    const { code, stdout } = await runCli('simulate', ['--rates', '50', '--json']);
    expect(code).toBe(0);
    const { rates, tables } = report.parse(JSON.parse(stdout));
    expect(rates).toEqual([50]);
    expect(tables.flatMap(({ head, rows }) => rows.filter((row) => row.length !== head.length))).toEqual([]);
  });

  it('explains itself with --help', async () => {
    const { code, stdout } = await runCli('simulate', ['--help']);
    expect(code).toBe(0);
    for (const flag of ['--rates', '--seed', '--json']) expect(stdout).toContain(flag);
  });

  it.each([
    [['--rates', '10,x']],
    [['--rates', '0']],
    [['--rates', '1000001']],
    [['--seed', 'one']],
    [['--speed']],
  ])('refuses %j with exit code 2', async (args) => {
    const { code, stdout } = await runCli('simulate', args);
    expect([code, stdout]).toEqual([2, '']);
  });
});
