import { isDeepStrictEqual } from 'node:util';
import { type Breaker, CLOSED } from '../../domain/breaker.ts';
import type { SecretEncoding } from '../../domain/connection.ts';
import { isRotating, renewed } from '../../domain/rotation.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { statusForm } from '../forms.ts';
import { mayIfMatch, readIfMatch } from '../if-match.ts';
import { readForm, wrongFields } from '../read-form.ts';
import { rotationUnderWay, wrongStatus } from '../refusal.ts';
import { type ChangeForm, changeForm, filterWith, rotateForm, wrongFilter, wrongSecret } from './forms.ts';
import { type SubscriptionDeps, saveDecided, seenSubscription, trySave } from './own-subscription.ts';
import { changedTarget } from './seal-target.ts';
import { makeSigningKey, type SigningKey } from './signing-key.ts';
import { answerRow, answerWithSecret } from './views.ts';

/** `PATCH /subscriptions/{id}`: replaces the fields that are named, and in the filter the lists that are named. */
export const patchSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    const form = readForm(changeForm, request);
    const { url, headers, filter, ...settings } = form;
    const changes = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const before = await seenSubscription(deps, request, subscriptionId, run);
    checkChange(form, before);
    const target = await changedTarget(deps, { url, headers }, before, run.signal);
    const key = await neededKey(deps, form, before);
    const after: SubscriptionRow = {
      ...before,
      ...changes,
      ...filterChange(filter, before, run.received_ms),
      target,
      current: key?.credential ?? before.current,
    };
    const row = await saveDecided(deps, request, { before, after, what: 'subscription-changed' }, run);
    const moved = headers === undefined ? movedHeaders(before, row) : [];
    return key === null ? answerRow(row, moved) : answerWithSecret(200, row, key.shown, moved);
  };

/** Warns that kept headers are sent to a new URL: their values are not shown, and may be tokens for the old host. */
const movedHeaders = (before: SubscriptionRow, { target }: SubscriptionRow): string[] => {
  const { shown_url, header_names } = target;
  if (shown_url === before.target.shown_url || header_names.length === 0) return [];
  return [
    `url: ${header_names.join(', ')} stayed as they are, and are sent to ${shown_url} from now on. Send headers to replace them.`,
  ];
};

/** @throws BadRequestError if nothing is named, or the filter is too large */
const checkChange = (form: ChangeForm, before: SubscriptionRow): void => {
  if (Object.values(form).every((value) => value === undefined))
    throw wrongFields([{ path: '', message: 'must name what to change' }]);
  const wrong = wrongFilter(filterWith(form.filter, before.filter));
  if (wrong.length > 0) throw wrongFields(wrong);
};

/** A changed filter matches only from now on, not events that arrived before it was set. */
const filterChange = (
  named: ChangeForm['filter'],
  before: SubscriptionRow,
  nowMs: number,
): Partial<SubscriptionRow> => {
  const filter = filterWith(named, before.filter);
  return isDeepStrictEqual(filter, before.filter) ? {} : { filter, matches_since_ms: nowMs };
};

/** Makes a key if there has never been one. A key is kept unused under `none`, so that no version is made twice. */
const neededKey = async (
  deps: SubscriptionDeps,
  { signature = 'none' }: ChangeForm,
  { current, subscription_id }: SubscriptionRow,
): Promise<SigningKey | null> => {
  if (signature === 'none' || current !== null) return null;
  return makeSigningKey(deps, { signature, subscription_id, version: 1, encoding: null, imported: null });
};

/** `POST /subscriptions/{id}/rotate`: makes a new version of the key. The old one also signs for `grace_hours` more. */
export const rotateSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    const form = readForm(rotateForm(request.tenant), request);
    const before = await seenSubscription(deps, request, subscriptionId, run);
    const { signature, subscription_id } = before;
    if (signature === 'none') throw wrongStatus(UNSIGNED);
    const encoding = form.secret_encoding ?? encodingOf(before);
    const wrong = wrongSecret(form, signature, encoding);
    if (wrong.length > 0) throw wrongFields(wrong);
    if (!form.force && isRotating(before, run.received_ms))
      throw rotationUnderWay(before.previous_until_ms, 'receiver');
    const version = (before.current?.version ?? 0) + 1;
    const imported = form.secret ?? null;
    const key = await makeSigningKey(deps, { signature, subscription_id, version, encoding, imported });
    if (key.credential === null) throw wrongStatus(UNSIGNED);
    const after = renewed(before, key.credential, run.received_ms, form.grace_hours);
    const row = await saveDecided(deps, request, { before, after, what: 'subscription-rotated' }, run);
    return answerWithSecret(200, row, key.shown);
  };

const UNSIGNED =
  'The subscription signs nothing, so there is no key: change its signature, which makes the first one.';

/** A rotation keeps the encoding, because the receiver may need base64. */
const encodingOf = ({ current }: SubscriptionRow): SecretEncoding | null =>
  current === null || current.from === 'digest' ? null : current.encoding;

/** `POST /subscriptions/{id}/pause`: executions wait until it is resumed. */
export const pauseSubscription = (deps: SubscriptionDeps): RouteHandler =>
  answering(deps, {
    what: 'subscription-paused',
    next: (breaker) => ({ ...breaker, status: 'paused', next_probe_ms: null }),
  });

/** `POST /subscriptions/{id}/resume`: sends again at once, whatever the status was. */
export const resumeSubscription = (deps: SubscriptionDeps): RouteHandler =>
  answering(deps, { what: 'subscription-resumed', next: () => CLOSED });

/**
 * `DELETE /subscriptions/{id}`: matches no more events, and its lane cancels what is queued. `If-Match` is optional.
 */
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

/** Most tries when the lane writes the state concurrently: the caller's state must be the last one written. */
const MOST_TRIES = 10;

/**
 * Sets the state, with retries after concurrent writes by the lane, and sends a hint if the lane has to send or cancel.
 */
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
