/** A limit of AWS, where it is written, and whether it can be raised. */
export type Quota = { limit: number; unit: string; what: string; page: string; raise: string };

/** The day on which the pages were read, as stored copies. */
export const QUOTAS_READ = '2026-11-22';

const quota = (limit: number, unit: string, what: string, page: string, raise: string): Quota => ({
  limit,
  unit,
  what,
  page,
  raise,
});

const MEMORY = 'from memory, check it';

/** What the figures are held against: defaults of an account in a large region. */
export const QUOTAS = {
  partition_writes: quota(
    1_000,
    'write units/s',
    'one DynamoDB partition, writes',
    'AWS re:Post, "Why is my on-demand DynamoDB table throttled?"',
    'no',
  ),
  partition_reads: quota(
    3_000,
    'read units/s',
    'one DynamoDB partition, reads',
    'AWS re:Post, "Why is my on-demand DynamoDB table throttled?"',
    'no',
  ),
  new_table_writes: quota(
    4_000,
    'write units/s',
    'an on-demand table that never had more; it takes twice its peak, within 30 minutes',
    'AWS re:Post, "Why is my on-demand DynamoDB table throttled?"',
    'by growing slowly, or warm throughput',
  ),
  table_writes: quota(
    40_000,
    'write units/s',
    'one table, and each of its indexes',
    'DynamoDB developer guide, "DynamoDB maximum throughput for on-demand tables"',
    'on request',
  ),
  gateway: quota(
    10_000,
    'requests/s',
    'API Gateway, all APIs of an account and region; 2,500 in some regions',
    'API Gateway developer guide, "Amazon API Gateway quotas"',
    'on request',
  ),
  concurrency: quota(
    1_000,
    'invocations',
    'Lambda, all functions of an account and region at a time; a new account may have 10',
    'AWS Lambda Operator Guide, "Scaling and concurrency in Lambda"',
    'on request',
  ),
  scaling: quota(
    1_000,
    'processes',
    'Lambda, new processes of one function in 10 s',
    'Lambda developer guide, "Lambda scaling behavior"',
    'no',
  ),
  parallelization: quota(
    10,
    'batches',
    'one shard of a stream at a time',
    'Lambda developer guide, "Lambda parameters for Amazon DynamoDB event source mappings"',
    'no',
  ),
  secret_reads: quota(10_000, 'calls/s', 'GetSecretValue', MEMORY, 'no'),
  prefix_puts: quota(3_500, 'puts/s', 'S3, one prefix', MEMORY, 'by itself, slowly, with more prefixes'),
} as const satisfies Record<string, Quota>;
