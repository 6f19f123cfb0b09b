import { Presets, SingleBar } from 'cli-progress';

export type Progress = { step(by?: number): void; stop(): void };

/** Fewer than this and the work is over before a bar says anything. */
const MANY = 20;

const LINE_EVERY_MS = 2_000;

/**
 * Shows on standard error how far the work is: a bar in a terminal, elsewhere a line every two seconds, and
 * nothing where there is little to do.
 */
export const showProgress = (what: string, total: number): Progress => {
  const isTerminal = process.stderr.isTTY === true;
  if (total <= (isTerminal ? 1 : MANY)) return { step: () => {}, stop: () => {} };
  const format = `${what} {bar} {value}/{total} {duration_formatted}`;
  const bar = new SingleBar(
    {
      format,
      stream: process.stderr,
      noTTYOutput: !isTerminal,
      notTTYSchedule: LINE_EVERY_MS,
      hideCursor: true,
    },
    Presets.legacy,
  );
  bar.start(total, 0);
  return { step: (by = 1) => bar.increment(by), stop: () => bar.stop() };
};
