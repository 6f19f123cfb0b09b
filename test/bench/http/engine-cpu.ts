import { readFileSync } from 'node:fs';

/** `/proc/<pid>/stat` counts in ticks of this length on every Linux that Node runs on. */
const TICK_MS = 10;

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Fields 14 and 15 (proc(5)), counted from the one after the command's name. */
const used = (pid: string): number => {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};

/** Processor milliseconds of a process so far. Zero where there is no `/proc`. */
export const processCpuMs = (pid: number): number => used(String(pid)) || 0;

/** Processor milliseconds of the processes a server has started: its database. Zero where there is no `/proc`. */
export const childrenCpuMs = (pid: number): number =>
  read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '')
    .reduce((total, child) => total + used(child), 0);
