import { readEnv } from '../../../src/contract/env.ts';
import { openMetrics } from '../../../src/platform/metrics.ts';
import { printTable } from '../shared/section.ts';
import { sum } from '../shared/stats.ts';
import type { InputsWorld } from './inputs-world.ts';

const mean = (numbers: readonly number[]): string => (sum(numbers) / numbers.length).toFixed(0);

/** What is written to standard output meanwhile. */
const outputOf = (work: () => void): string => {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    work();
  } finally {
    process.stdout.write = write;
  }
  return text;
};

/** One count as it is written on Lambda. */
const metricLine = (): string => {
  const count = openMetrics({ ...readEnv({ JIRA_WEBHOOK_SECRET: 'bench' }), on_lambda: true });
  return outputOf(() => count('JiraDeliveriesTaken'));
};

const ofMessage = (lines: string[], message: string): number[] =>
  lines.filter((line) => line.includes(`"msg":"${message}"`)).map((line) => line.length);

/** Bytes of a line of each log, and of what a run leaves. */
export const lineBytes = ({ app, lines, written }: InputsWorld): void => {
  const deliveries = app.lines.map((line) => `${JSON.stringify(line)}\n`);
  printTable(
    '\n   Bytes of log lines and of artifacts (mean; a run of one delivery)',
    ['what', 'bytes'],
    [
      ['log line of a delivery', mean(ofMessage(deliveries, 'delivery'))],
      ['log line of a batch', mean(ofMessage(lines, 'correlation'))],
      ['line of a metric', String(metricLine().length)],
      ['run document', mean(written.documents)],
      ['latest_summary.json', mean(written.summaries)],
    ],
  );
};
