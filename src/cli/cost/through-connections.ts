import { deliveriesPerSecond, trafficSeconds } from './inputs.ts';
import { type Month, processesOf } from './quantities.ts';

/** What deliveries through connections add to those of built-in webhooks: a row read, and a note of its use. */
export type Connected = { notes: number; reads: number };

/** A process notes the use of a connection once a minute at most, and reads its row again after 30 s. */
const NOTE_SECONDS = 60;
const CACHE_SECONDS = 30;

/** Of a month in which all deliveries come through this many connections, as many through each. */
export const connected = (month: Month): Connected => ({
  notes: periodsWithAny(month, NOTE_SECONDS),
  reads: periodsWithAny(month, CACHE_SECONDS),
});

/** How many periods have a delivery, counted for each process and connection. Deliveries arrive at random. */
const periodsWithAny = (month: Month, seconds: number): number => {
  const { workload } = month;
  if (workload.connections === 0) return 0;
  const processes = processesOf(month);
  const expected = (deliveriesPerSecond(workload) * seconds) / (workload.connections * processes);
  const periods = trafficSeconds(workload) / seconds;
  return workload.connections * processes * periods * (1 - Math.exp(-expected));
};
