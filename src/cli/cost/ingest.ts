import type { Assumptions, DeliveryKind } from './assumptions.ts';
import type { Measured } from './measured.ts';
import { processors } from './processor.ts';
import { STACK } from './stack-facts.ts';
import { ingestWrites, mean } from './table-units.ts';

/** Measured with a known and with a new issue; what writes less is taken to need as much as a known one. */
const cpuMs = (measured: Measured, kind: DeliveryKind): number =>
  kind === 'creation' ? measured.ingest_new_cpu_ms : measured.ingest_known_cpu_ms;

/**
 * How long ingest takes for one delivery (milliseconds, mean of the mix): its CPU at the processors it has, its
 * writes one after the other, and its share of starts.
 */
export const ingestMs = (measured: Measured, assumed: Assumptions, body_bytes: number): number => {
  const share = processors(assumed, STACK.memory_mb.ingest);
  const calls = mean(assumed, (kind) => ingestWrites(measured, body_bytes, kind).calls);
  const cpu = mean(assumed, (kind) => cpuMs(measured, kind));
  const starts = assumed.cold_share * measured.ingest_start_ms;
  return (cpu + starts) / share + calls * assumed.dynamodb_call_ms;
};
