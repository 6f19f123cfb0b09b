import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** `0100007F:1F90` of `/proc/net/tcp`, whose bytes are in the machine's order: little-endian on x64. */
const toAddress = (text: string): string => {
  const [address = '', port = ''] = text.split(':');
  const bytes = [...Buffer.from(address, 'hex').reverse()];
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`;
};

const socketsOf = (pid: number): Set<string> =>
  new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );

/** Where a process listens over IPv4 (`127.0.0.1:8080`), as a port scan would find it. */
export const listeningOf = (pid: number): string[] => {
  const sockets = socketsOf(pid);
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && sockets.has(fields[9] ?? ''))
    .map((fields) => toAddress(fields[1] ?? ''));
};
