import { type Breaker, CLOSED } from '../../domain/breaker.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { statusForm } from '../forms.ts';
import { mayIfMatch, readIfMatch } from '../if-match.ts';
import { readForm } from '../read-form.ts';
import { type SubscriptionDeps, seenSubscription, trySave } from './own-subscription.ts';
import { answerRow } from './views.ts';

/** `POST /subscriptions/{id}/pause`: what matches waits until it is resumed. */
export const pauseSubscription = (deps: SubscriptionDeps): RouteHandler =>
  answering(deps, {
    what: 'subscription-paused',
    next: (breaker) => ({ ...breaker, status: 'paused', next_probe_ms: null }),
  });

/** `POST /subscriptions/{id}/resume`: from whatever it is, it is sent to again, and at once. */
export const resumeSubscription = (deps: SubscriptionDeps): RouteHandler =>
  answering(deps, { what: 'subscription-resumed', next: () => CLOSED });

/** `DELETE /subscriptions/{id}`: nothing matches it any more, and what waits is cancelled. Of whatever revision, unless one is named. */
export const deleteSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    const change: StateChange = {
      what: 'subscription-removed',
      next: (breaker) => ({ ...breaker, status: 'deleted', next_probe_ms: null }),
      readRevision: mayIfMatch,
    };
    await setState(deps, request, subscriptionId, change, run);
    return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
  };

type StateChange = {
  what: 'subscription-paused' | 'subscription-resumed' | 'subscription-removed';
  next: (breaker: Breaker) => Breaker;
  reason?: string | null;
  readRevision?: typeof mayIfMatch;
};

const answering =
  (deps: SubscriptionDeps, change: StateChange): RouteHandler =>
  async (request, subscriptionId, run) => {
    const { reason = null } = readForm(statusForm(request.tenant), request);
    return answerRow(await setState(deps, request, subscriptionId, { ...change, reason }, run));
  };

/** The lane writes a state with each attempt that changes it; people's word is the last one. */
const MOST_TRIES = 10;

/** Sets the state, whatever the lane writes meanwhile, and wakes the lane where it has to send or to cancel. */
const setState = async (
  deps: SubscriptionDeps,
  request: HttpRequest,
  subscriptionId: string,
  { what, next, reason = null, readRevision = readIfMatch }: StateChange,
  run: Run,
): Promise<SubscriptionRow> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await seenSubscription(deps, request, subscriptionId, run, readRevision);
    const state = { ...next(before), status_reason: reason, status_ms: run.received_ms };
    const saved = await trySave(deps, request, { before, after: { ...before, ...state }, what }, run);
    if (saved === null) continue;
    const { tenant_id, subscription_id, status } = saved;
    if (status !== 'paused') await deps.hint({ task: 'send', tenant_id, subscription_id, execution_ids: [] });
    return saved;
  }
  throw new UnavailableError('table', new Error('the lane wrote the state again and again'));
};
