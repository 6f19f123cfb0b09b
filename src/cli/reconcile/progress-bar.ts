import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../../reconcile/session.ts';

type Bar = { show(progress: Progress): void; stop(): void };

/** Interval between lines when standard error is not a terminal. */
const LINE_EVERY_MS = 2_000;

const FORMAT = '{what} {bar} {count} issues, {pages} pages, {rate}/s{time_left}';

const minutes = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/** Where a loop stood when it was first shown, to compute its rate: earlier turns may have done part of its run. */
type From = { loop: string; at: number; issues: number };

/** `total` is Jira's estimate, or null for updates, whose number is unknown. */
const payloadOf = ({ what, pages, issues, total }: Progress, from: From) => {
  const seconds = (performance.now() - from.at) / 1000;
  const rate = (issues - from.issues) / Math.max(0.001, seconds);
  const left = total === null ? 0 : Math.max(0, total - issues);
  return {
    what: what.padEnd(10),
    pages,
    rate: Math.round(rate),
    count: total === null ? issues : `${issues}/${total}`,
    time_left: left === 0 || rate === 0 ? '' : `, ETA ${minutes(left / rate)}`,
  };
};

/** Shows progress on standard error, from the first page on. */
export const openBar = (): Bar => {
  const isTerminal = process.stderr.isTTY === true;
  const bar = new SingleBar(
    {
      format: FORMAT,
      stream: process.stderr,
      noTTYOutput: !isTerminal,
      notTTYSchedule: LINE_EVERY_MS,
      hideCursor: true,
    },
    Presets.legacy,
  );
  let from: From | null = null;
  return {
    show: (progress) => {
      const { loop, issues, total } = progress;
      if (from?.loop !== loop || issues < from.issues) from = { loop, at: performance.now(), issues };
      const payload = payloadOf(progress, from);
      if (!bar.isActive) bar.start(Math.max(total ?? 1, issues), 0, payload);
      bar.setTotal(Math.max(total ?? 1, issues));
      bar.update(total === null ? 0 : issues, payload);
    },
    stop: () => bar.stop(),
  };
};
