import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidNamespace, processStart } from './processes.ts';

/**
 * Every engine carries in its environment which server started it. So a server killed with -9 needs to
 * leave no file behind, and there is none that could be missing, half written or out of date.
 */
const MARK = 'JIRA_WEBHOOK_SYNC_SERVER';

/** How long an engine may take to end by itself, and then by force (milliseconds). */
const PATIENCE_MS = 2_000;

/** The environment that marks an engine as this process's own. */
export const ownerMark = (): Record<string, string> => ({
  [MARK]: [pidNamespace(), process.pid, processStart(process.pid)].join(' '),
});

const markOf = (pid: number): string | null => {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const mark = variables.find((variable) => variable.startsWith(`${MARK}=`));
    return mark?.slice(MARK.length + 1) ?? null;
  } catch {
    return null;
  }
};

/** True only when the mark names a server of our own pid namespace that is no more. */
const isOrphan = (mark: string): boolean => {
  const [namespace, pid, start] = mark.split(' ');
  if (namespace !== pidNamespace() || !pid || !start) return false;
  return processStart(Number(pid)) !== start;
};

const pids = (): number[] => {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
};

const isGoneWithin = async (pid: number, start: string, ms: number): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20))
    if (processStart(pid) !== start) return true;
  return false;
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile, or is another user's: then its database is not ours either.
  }
};

const end = async (pid: number): Promise<void> => {
  const start = processStart(pid);
  if (start === null) return;
  signal(pid, 'SIGTERM');
  if (await isGoneWithin(pid, start, PATIENCE_MS)) return;
  signal(pid, 'SIGKILL');
  await isGoneWithin(pid, start, PATIENCE_MS);
};

/**
 * Ends every engine whose server is no more and waits until they are gone. Engines of running servers stay.
 * Answers the pids of those it ended.
 */
export const endLeftOverEngines = async (): Promise<number[]> => {
  const orphans = pids().filter((pid) => {
    const mark = markOf(pid);
    return mark !== null && isOrphan(mark);
  });
  await Promise.all(orphans.map(end));
  return orphans;
};
