import type { Assumptions } from './assumptions.ts';

/** Processors that a Lambda function of this memory has for one thread. */
export const processors = ({ mb_per_processor }: Assumptions, memory_mb: number): number =>
  Math.min(1, memory_mb / mb_per_processor);

/** What is charged for invocations that take so long (milliseconds) with this memory. */
export const gbSeconds = (invocations: number, duration_ms: number, memory_mb: number): number =>
  (invocations * (duration_ms / 1_000) * memory_mb) / 1_024;
