import { CLOSED } from '../../domain/breaker.ts';
import { newSubscriptionId, type SubscriptionSettings } from '../../domain/subscription.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import { createSubscription } from '../../store/subscriptions/change-subscription.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { readForm, wrongFields } from '../read-form.ts';
import {
  filterWith,
  type NewSubscriptionForm,
  newSubscriptionForm,
  wrongFilter,
  wrongSecret,
} from './forms.ts';
import type { SubscriptionDeps } from './own-subscription.ts';
import { newTarget } from './seal-target.ts';
import { makeSigningKey } from './signing-key.ts';
import { answerWithSecret } from './views.ts';

/**
 * `POST /subscriptions`. If the answer is lost but the subscription was made, it is listed and its key can be rotated.
 */
export const postSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, _argument, run) => {
    const form = readForm(newSubscriptionForm(request.tenant), request);
    const settings = settingsOf(form);
    const encoding = form.secret_encoding ?? null;
    const wrong = [...wrongSecret(form, settings.signature, encoding), ...wrongFilter(settings.filter)];
    if (wrong.length > 0) throw wrongFields(wrong);
    const subscription_id = newSubscriptionId();
    const wanted = { signature: settings.signature, subscription_id, version: 1, encoding };
    const target = await newTarget(deps, form, subscription_id, run.signal);
    const key = await makeSigningKey(deps, { ...wanted, imported: form.secret ?? null });
    const who = deps.whoOf(request);
    const subscription: SubscriptionRow = {
      ...{ ...settings, subscription_id, tenant_id: request.tenant, kind: 'https', target },
      ...{ current: key.credential, previous: null, previous_until_ms: null },
      ...{ ...CLOSED, status_reason: null, status_ms: run.received_ms, state_rev: 1 },
      ...{ matches_since_ms: run.received_ms, rev: 1 },
      ...{ created_ms: run.received_ms, updated_ms: run.received_ms, updated_by: who },
    };
    await createSubscription({ table: deps.table }, subscription, { who, what: 'subscription-created' }, run);
    return answerWithSecret(201, subscription, key.shown);
  };

const settingsOf = (form: NewSubscriptionForm): SubscriptionSettings => ({
  name: form.name,
  filter: filterWith(form.filter),
  format: form.format ?? 'event',
  signature: form.signature ?? 'standard',
  priority: form.priority ?? 'normal',
  concurrency: form.concurrency ?? 10,
  rate_per_second: form.rate_per_second ?? null,
  timeout_seconds: form.timeout_seconds ?? 15,
  retry: form.retry ?? 'default',
});
