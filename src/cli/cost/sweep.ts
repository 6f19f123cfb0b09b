import type { Assumptions } from './assumptions.ts';
import type { Measured } from './measured.ts';
import { processors } from './processor.ts';
import { STACK } from './stack-facts.ts';

/**
 * Minutes of events that one sweep looks at: those since 75 minutes before its mark, which the sweep before it
 * left at 15 minutes before its own time (`src/correlate/run/waiting-events.ts`).
 */
export const SWEPT_MINUTES = 75 + STACK.sweep_every_minutes;

/** How often every event is looked at. */
export const LOOKS_PER_EVENT = SWEPT_MINUTES / STACK.sweep_every_minutes;

/** How long a sweep takes for so many events, of which it finds none unhandled (milliseconds). */
export const sweepMs = (measured: Measured, assumed: Assumptions, events: number): number => {
  const share = processors(assumed, STACK.memory_mb.sweep);
  const per_1000 =
    measured.sweep_cpu_ms_per_1000 / share + measured.sweep_calls_per_1000 * assumed.dynamodb_call_ms;
  return (events / 1_000) * per_1000;
};
