import { GETS_PER_BATCH, PUTS_PER_BATCH } from '../batches.ts';
import { STACK } from '../stack-facts.ts';
import { BYTES_PER_GB, batchesPerMonth, DAYS_OF_MONTH, type Facts, linesOf, type Use } from '../use.ts';

const line = linesOf('S3');

/**
 * Run documents, and what the latest one was before. Raw bodies too large for the table are left out: one with
 * more than 380 kB when compressed has some megabytes.
 */
export const artifactUse = (facts: Facts): Use[] => {
  const { measured, workload } = facts;
  if (!workload.correlation) return [];
  const batches = batchesPerMonth(facts);
  const document_bytes = measured.document_bytes * facts.batches.events;
  const documents_gb = (batches * document_bytes) / BYTES_PER_GB;
  const latest_gb = (batches * (document_bytes + measured.summary_bytes)) / BYTES_PER_GB;
  const kept_months = STACK.noncurrent_document_days / DAYS_OF_MONTH;
  return [
    line('puts: document, latest, summary', batches * PUTS_PER_BATCH, 'requests', 's3_put'),
    line('gets: latest, summary', batches * GETS_PER_BATCH, 'requests', 's3_get'),
    line("storage: a month's documents, which stay", documents_gb, 'GB-months', 's3_gb_month'),
    line('storage: what the latest was before', latest_gb * kept_months, 'GB-months', 's3_gb_month'),
  ];
};
