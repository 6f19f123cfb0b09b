import { processesOf } from './functions.ts';
import { read, type Use, write } from './lines.ts';
import type { Month } from './month.ts';
import { deliveriesPerSecond, trafficSeconds } from './workload.ts';

/** A process notes the use of a connection once a minute at most, and reads its row again after 30 s. */
const NOTE_SECONDS = 60;
const CACHE_SECONDS = 30;

/** What it adds that all deliveries come through connections, as many through each. An alarm on them is there in any case, and who manages them asks seldom. */
export const connectionUse = (month: Month): Use[] => [
  write(
    'connections: notes of their use',
    periodsWithAny(month, NOTE_SECONDS) * month.assumed.note_write_units,
  ),
  read('connections: rows, read again after 30 s', periodsWithAny(month, CACHE_SECONDS)),
];

/** How many periods have a delivery, counted for each process and connection. Deliveries arrive at random. */
const periodsWithAny = (month: Month, seconds: number): number => {
  const { workload } = month;
  const processes = processesOf(month);
  const expected = (deliveriesPerSecond(workload) * seconds) / (workload.connections * processes);
  const periods = trafficSeconds(workload) / seconds;
  return workload.connections * processes * periods * (1 - Math.exp(-expected));
};
