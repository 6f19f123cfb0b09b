// Loaded before a process of ours (`--import`): since CLOCK_FROM (milliseconds) its clock runs CLOCK_TIMES as fast, and
// its sleeps SLEEP_TIMES. What it does stays the same.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const { CLOCK_FROM, CLOCK_TIMES = 1, SLEEP_TIMES = 1 } = process.env;
const { now } = Date;
const { setTimeout: sleep } = timers;

Date.now = () => Number(CLOCK_FROM) + (now() - Number(CLOCK_FROM)) * Number(CLOCK_TIMES);
timers.setTimeout = (ms = 0, ...rest) => sleep(ms / Number(SLEEP_TIMES), ...rest);
syncBuiltinESMExports();
