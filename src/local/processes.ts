import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** In `/proc/<pid>/stat` the state is field 3 and the start time field 22 (proc(5)); these count from the state. */
const STATE = 0;
const START_TIME = 19;

/**
 * When a running process started, in clock ticks since boot; with the pid it names one process for good,
 * while a pid alone is used again. Null when it has ended, also when only its exit status is still kept.
 * Always null where there is no `/proc`.
 */
export const processStart = (pid: number): string | null => {
  const fields = statFields(pid);
  const state = fields?.[STATE];
  if (state === undefined || state === 'Z' || state === 'X') return null;
  return fields?.[START_TIME] ?? null;
};

/** The fields after the command's name, which is in parentheses and may itself hold spaces and parentheses. */
const statFields = (pid: number): string[] | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
};

/** True when a process of this number runs, whatever its owner. Works without `/proc` too. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (fault) {
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM';
  }
  return statFields(process.pid) === null || processStart(pid) !== null;
};

/**
 * Every engine carries in its environment which server started it. So a server killed with -9 needs to
 * leave no file behind, and there is none that could be missing, half written or out of date.
 */
const MARK = 'JIRA_WEBHOOK_SYNC_SERVER';

/** The environment that marks an engine as this process's own. */
export const ownerMark = (): Record<string, string> => ({
  [MARK]: [pidNamespace(), process.pid, processStart(process.pid)].join(' '),
});

/** The pid namespace we live in: in another one the same number is another process. */
const pidNamespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
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

const pids = (): number[] => {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
};

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

/** How long an engine may take to end by itself, and then by force (milliseconds). */
const PATIENCE_MS = 2_000;

const end = async (pid: number): Promise<void> => {
  const start = processStart(pid);
  if (start === null) return;
  signal(pid, 'SIGTERM');
  if (await isGoneWithin(pid, start, PATIENCE_MS)) return;
  signal(pid, 'SIGKILL');
  await isGoneWithin(pid, start, PATIENCE_MS);
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile, or is another user's: then its database is not ours either.
  }
};

const isGoneWithin = async (pid: number, start: string, ms: number): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20))
    if (processStart(pid) !== start) return true;
  return false;
};
