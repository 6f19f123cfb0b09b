import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** In `/proc/<pid>/stat` the state is field 3 and the start time field 22 (proc(5)); these count from the state. */
const STATE = 0;
const START_TIME = 19;

/**
 * When a running process started, in clock ticks since boot. Together with the pid it identifies a process uniquely,
 * while pids are reused. Null when the process has ended, zombies included. Always null where there is no `/proc`.
 */
export const processStart = (pid: number): string | null => {
  const fields = statFields(pid);
  const state = fields?.[STATE];
  if (state === undefined || state === 'Z' || state === 'X') return null;
  return fields?.[START_TIME] ?? null;
};

/** The fields after the command's name, which is in parentheses and may itself contain spaces and parentheses. */
const statFields = (pid: number): string[] | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
};

/** True when a process with this pid runs, whatever its owner. Also works without `/proc`. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (fault) {
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM';
  }
  return statFields(process.pid) === null || processStart(pid) !== null;
};

/**
 * A variable in every engine's environment that names the server that started it. Unlike a pid file, it cannot be
 * missing, incomplete or stale after a server is killed with -9.
 */
const MARK = 'JIRA_WEBHOOK_SYNC_SERVER';

/** The environment that marks an engine as started by this process. */
export const ownerMark = (): Record<string, string> => ({
  [MARK]: [pidNamespace(), process.pid, processStart(process.pid)].join(' '),
});

/** This process's pid namespace: in another one, the same pid is a different process. */
const pidNamespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
};

/**
 * Terminates every engine whose server no longer runs, and waits until they have ended. Leaves engines of running
 * servers alone.
 * @returns the pids of the terminated engines
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

/** True only when the mark names a server of our own pid namespace that no longer runs. */
const isOrphan = (mark: string): boolean => {
  const [namespace, pid, start] = mark.split(' ');
  if (namespace !== pidNamespace() || !pid || !start) return false;
  return processStart(Number(pid)) !== start;
};

/** How long an engine may take to end after SIGTERM, and then after SIGKILL (milliseconds). */
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
    // It ended meanwhile, or belongs to another user: then its database is not ours either.
  }
};

const isGoneWithin = async (pid: number, start: string, ms: number): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20))
    if (processStart(pid) !== start) return true;
  return false;
};
