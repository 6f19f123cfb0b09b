import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf } from '../../load/process-facts.ts';
import { judge, printTable, type Section } from '../shared/section.ts';
import { median } from '../shared/stats.ts';
import { prose } from './issue-body.ts';
import { startDatabase, startJira, startReader } from './processes.ts';

const MOST_MB = 250;

/** Later than this times what it was earlier, it is not flat. */
const MOST_GROWTH = 1.15;

const ISSUES = 100_000;
const ISSUES_SHORT = 100;

const EVERY_MS = 250;

/** With limits that a small function would have, what is really held shows: else V8 lets garbage lie. */
const HEAP_LIMITS = '--max-old-space-size=128 --max-semi-space-size=2';

/** Resident memory of a process while it works, in megabytes. */
const sample = async (pid: number, work: Promise<unknown>): Promise<number[]> => {
  const samples: number[] = [];
  let isDone = false;
  void work
    .catch(() => {})
    .finally(() => {
      isDone = true;
    });
  while (!isDone) {
    samples.push(memoryOf(pid));
    await sleep(EVERY_MS);
  }
  await work;
  return samples;
};

/**
 * How much memory the process that reads needs for a first load, Jira and the database in others. A section of its own:
 * it takes as long as all others together.
 */
export const memory: Section = async ({ short }, owned) => {
  console.log('\n8. Memory of a first load: a scripted Jira Cloud that answers at once, correlation stopped');
  const issues = short ? ISSUES_SHORT : ISSUES;
  const jira = await startJira({ issues, description: prose(500) }, owned);
  const reader = await startReader(await startDatabase(owned), jira, owned, HEAP_LIMITS);
  const samples = await sample(reader.pid, reader.work('load'));
  const third = Math.max(1, Math.floor(samples.length / 3));
  const [first, last] = [median(samples.slice(0, third)), median(samples.slice(-third))];
  const most = Math.max(...samples);
  printTable(
    `   Memory of the process that reads, first load of ${issues.toLocaleString('en')} issues, heap limited to 128 MB`,
    ['MB', 'first third', 'last third', 'most'],
    [[`${samples.length} samples`, ...[first, last, most].map((mb) => mb.toFixed(0))]],
  );
  return [
    judge('most memory of the process that reads, MB', most, '<=', MOST_MB),
    judge('its memory, last third / first', last / first, '<=', MOST_GROWTH),
  ];
};
