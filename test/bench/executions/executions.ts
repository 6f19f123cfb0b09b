import type { Section } from '../shared/section.ts';
import { oneHangs } from './hanging.ts';
import { eventToTarget } from './latency.ts';
import { backlog } from './priorities.ts';
import { unsubscribedCalls } from './unsubscribed-calls.ts';
import { unsubscribedCpu } from './unsubscribed-cpu.ts';

/** Subscriptions and executions: how soon events come to targets, and what one target costs the others. */
export const executions: Section = async ({ short }, owned) => {
  console.log(
    "\nExecutions: npm start's own processes, correlation running; this process sends and is the targets",
  );
  return [
    ...(await eventToTarget(short, owned)),
    ...(await oneHangs(short, owned)),
    ...(await backlog(short, owned)),
    ...(await unsubscribedCpu(short, owned)),
    ...(await unsubscribedCalls(owned)),
  ];
};
