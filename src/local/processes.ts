import { readFileSync, readlinkSync } from 'node:fs';

/** In `/proc/<pid>/stat` the state is field 3 and the start time field 22 (proc(5)); these count from the state. */
const STATE = 0;
const START_TIME = 19;

/** The fields after the command's name, which stands in parentheses and may itself hold spaces and parentheses. */
const statFields = (pid: number): string[] | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
};

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

/** The pid namespace we live in: in another one the same number is another process. */
export const pidNamespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
};

/** True when a process of this number runs, whoever owns it. Works without `/proc` too. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (fault) {
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM';
  }
  return statFields(process.pid) === null || processStart(pid) !== null;
};
