import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of a process in megabytes (`/proc/PID/status`, VmRSS). */
export const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

/** Open files and sockets of a process. */
export const handlesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
