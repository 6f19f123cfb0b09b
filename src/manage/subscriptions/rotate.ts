import type { SecretEncoding } from '../../domain/connection.ts';
import { isRotating, renewed } from '../../domain/rotation.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { readForm, wrongFields } from '../read-form.ts';
import { rotationUnderWay, wrongStatus } from '../refusal.ts';
import { rotateForm, wrongSecret } from './forms.ts';
import { type SubscriptionDeps, saveDecided, seenSubscription } from './own-subscription.ts';
import { makeSigningKey } from './signing-key.ts';
import { answerWithSecret } from './views.ts';

/** `POST /subscriptions/{id}/rotate`: a new version of the key. The one until now signs for `grace_hours` more. */
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

/** A receiver that takes base64 goes on taking it. */
const encodingOf = ({ current }: SubscriptionRow): SecretEncoding | null =>
  current === null || current.from === 'digest' ? null : current.encoding;
