import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { FUNCTIONS } from '../../../lib/functions/registry.ts';
import { billOf } from '../../../src/cli/cost/formula.ts';
import { SWEPT_MINUTES } from '../../../src/cli/cost/functions.ts';
import { ASSUMPTIONS } from '../../../src/cli/cost/inputs.ts';
import { TURNS_PER_MONTH } from '../../../src/cli/cost/reading.ts';
import { DEFAULT_WORKLOAD, HOURS_OF_MONTH, STACK } from '../../../src/cli/cost/workload.ts';
import { BATCHES_PER_SHARD, SWEEP_MINUTES } from '../../../src/contract/functions.ts';
import { OVERLAP_MS } from '../../../src/correlate/known/waiting-events.ts';
import { functionsOf, idOf } from './function-resources.ts';
import { A_SITE, SENDING, synthStack } from './synth-stack.ts';

const stack = synthStack();
const site = synthStack(A_SITE);
const sending = synthStack(SENDING);
const whole = synthStack({ ...A_SITE, ...SENDING });
const ofType = (type: string, of = stack) =>
  Object.values(of.resources)
    .filter((one) => one.Type === type)
    .map(({ Properties }) => Properties);

const metrics = z.array(z.looseObject({ MetricStat: z.optional(z.unknown()) }));

/** Metrics that an alarm looks at: one, or those of its expression. */
const alarmMetrics = ({ Metrics }: Record<string, unknown>): number =>
  Metrics === undefined ? 1 : metrics.parse(Metrics).filter((one) => one.MetricStat !== undefined).length;

describe('what the bill takes from the stack', () => {
  it.each(Object.entries(STACK.memory_mb))('has the memory of %s', (name, memory_mb) => {
    const id = idOf(whole, name, 'AWS::Lambda::Function');
    expect(whole.resources[id]?.Properties.MemorySize).toBe(memory_mb);
  });

  it('has the parallelization of the stream', () => {
    const [mapping] = ofType('AWS::Lambda::EventSourceMapping');
    expect(mapping?.ParallelizationFactor).toBe(BATCHES_PER_SHARD);
  });

  it('has every metric of every alarm, because each is charged', () => {
    const countOf = (of: typeof stack): number =>
      ofType('AWS::CloudWatch::Alarm', of).reduce((sum, alarm) => sum + alarmMetrics(alarm), 0);
    expect(countOf(stack)).toBe(STACK.alarm_metrics);
    expect(countOf(site)).toBe(STACK.alarm_metrics + STACK.site_alarm_metrics);
    expect(countOf(sending)).toBe(STACK.alarm_metrics + STACK.executions_alarm_metrics);
  });

  it('has the dashboards, the keys and the metrics of the access log', () => {
    expect(ofType('AWS::CloudWatch::Dashboard')).toHaveLength(STACK.dashboards);
    expect(ofType('AWS::KMS::Key')).toEqual([]);
    expect(ofType('AWS::Logs::MetricFilter')).toHaveLength(STACK.gateway_metrics);
  });

  it('has what is kept of logs, of events and of documents', () => {
    const kept = ofType('AWS::Logs::LogGroup').map(({ RetentionInDays }) => RetentionInDays);
    expect(kept).toEqual(Array(functionsOf(stack).length + 1).fill(STACK.log_retention_days));
    const functions = JSON.stringify(ofType('AWS::Lambda::Function'));
    expect(functions).toContain(`"EVENT_RETENTION_DAYS":"${STACK.retention_days}"`);
    expect(JSON.stringify(ofType('AWS::S3::Bucket'))).toContain(
      `"Id":"run-documents","NoncurrentVersionExpiration":{"NoncurrentDays":${STACK.noncurrent_document_days}}`,
    );
  });

  it('has the interval of the sweep, and how far behind its mark it looks', () => {
    expect(JSON.stringify(ofType('AWS::Scheduler::Schedule'))).toContain(`rate(${SWEEP_MINUTES} minutes)`);
    expect(JSON.stringify(ofType('AWS::Scheduler::Schedule', site))).toContain(
      `rate(${(HOURS_OF_MONTH * 60) / TURNS_PER_MONTH} minutes)`,
    );
    expect(SWEPT_MINUTES).toBe(OVERLAP_MS / 60_000 + SWEEP_MINUTES);
  });

  it('has the runs that executions add, by their schedules', () => {
    const rates = ofType('AWS::Scheduler::Schedule', sending).map(({ ScheduleExpression }) =>
      Number(/\d+/.exec(String(ScheduleExpression))?.[0]),
    );
    const own = rates.filter((minutes, index) => rates.indexOf(minutes) === index);
    const runs = own.reduce((sum, minutes) => sum + (HOURS_OF_MONTH * 60) / minutes, 0);
    const bill = billOf({ ...DEFAULT_WORKLOAD, executions: 1 });
    expect(bill.rows.find(({ what }) => what === 'executions: runs of publish')?.quantity).toBe(runs);
  });

  it('has no memory beyond one processor, because one thread cannot use a second', () => {
    const sizes = ofType('AWS::Lambda::Function', whole).map(({ MemorySize }) => Number(MemorySize));
    expect(sizes).toHaveLength(FUNCTIONS.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(ASSUMPTIONS.mb_per_processor);
  });
});
