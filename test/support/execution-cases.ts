import { claimExecution, finishAttempt } from '../../src/store/executions/change-execution.ts';
import { putExecution } from '../../src/store/executions/executions.ts';
import { createSubscription } from '../../src/store/subscriptions/change-subscription.ts';
import { someRun } from './connections.ts';
import { someAttempt, someExecution } from './executions.ts';
import { type CaseWorld, SOME_EXECUTION, SOME_SUBSCRIPTION } from './subscription-cases.ts';
import { someSubscription } from './subscriptions.ts';

type ReadWorld = Pick<CaseWorld, 'table' | 'eventId'> & {
  get: (path: string) => Promise<Response>;
  /** The issue of the event. */
  issueId: string;
};

type Case = { operation: string; status: number; ask: () => Promise<Response> };

/** Nobody's events match it: what it has is put below. */
const SUBSCRIPTION = someSubscription({
  created_ms: Date.now(),
  signature: 'standard',
  current: { from: 'derived', version: 2, master: 1, encoding: 'base64' },
  previous_until_ms: 1_795_374_000_000,
  filter: { ...someSubscription().filter, projects: ['NOBODYS'] },
});

/** Every documented answer of the routes that tell of subscriptions and executions, but what all routes answer. */
export const executionCases = ({ table, eventId, get, issueId }: ReadWorld): Case[] => {
  let made: Promise<string> | undefined;
  const executionId = (): Promise<string> => (made ??= putCompleted());

  /** An execution that its target took, with its attempt. */
  const putCompleted = async (): Promise<string> => {
    const run = someRun();
    const [now_ms, place] = [run.received_ms, { table: table(), signal: run.signal }];
    const audit = { who: 'local', what: 'subscription-created' } as const;
    await createSubscription({ table: table() }, SUBSCRIPTION, audit, run);
    const execution = someExecution({
      ...{ tenant_id: 'default', event_id: eventId(), issue_id: issueId },
      ...{ subscription_id: SUBSCRIPTION.subscription_id, created_ms: now_ms },
    });
    await putExecution(place, execution);
    const claim = { now_ms, until_ms: now_ms + 60_000, owner: 'lane' };
    const claimed = await claimExecution(place, execution, claim);
    if (claimed === null) throw new Error('not claimed');
    const result = { status: 200, content_type: 'text/plain', body: 'ok', truncated: false };
    const ended = {
      status: 'completed',
      due_ms: null,
      completed_ms: now_ms,
      attempts: 1,
      claims: 0,
    } as const;
    await finishAttempt(place, claimed, someAttempt(), { ...claimed, ...ended, tries: 1, result });
    return execution.execution_id;
  };

  const told = (operation: string, status: number, path: (id: string) => string): Case => ({
    operation,
    status,
    ask: async () => get(path(await executionId())),
  });

  return [
    told('list-subscriptions', 200, () => '/subscriptions'),
    told('get-subscription', 200, () => `/subscriptions/${SUBSCRIPTION.subscription_id}`),
    told('get-subscription', 404, () => `/subscriptions/${SOME_SUBSCRIPTION}`),
    told('list-executions', 200, () => `/executions?subscription=${SUBSCRIPTION.subscription_id}`),
    told('list-executions', 400, () => '/executions?status=done'),
    told('list-issue-executions', 200, () => `/issues/${issueId}/executions?limit=1`),
    told('list-issue-executions', 400, () => `/issues/${issueId}/executions?cursor=none`),
    told('list-issue-executions', 404, () => '/issues/4040404/executions'),
    told('list-event-executions', 200, () => `/events/${eventId()}/executions`),
    told('list-event-executions', 400, () => `/events/${eventId()}/executions?limit=0`),
    told('list-event-executions', 404, () => `/events/evt_${'0'.repeat(40)}/executions`),
    told('get-execution', 200, (id) => `/executions/${id}`),
    told('get-execution', 200, () => `/executions/${eventId().replace('evt_', 'exe_')}`),
    told('get-execution', 404, () => `/executions/${SOME_EXECUTION}`),
  ];
};
