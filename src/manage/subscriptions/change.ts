import { isDeepStrictEqual } from 'node:util';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { readForm, wrongFields } from '../read-form.ts';
import { type ChangeForm, changeForm, filterWith, wrongFilter } from './forms.ts';
import { type SubscriptionDeps, saveDecided, seenSubscription } from './own-subscription.ts';
import { changedTarget } from './seal-target.ts';
import { makeSigningKey, type SigningKey } from './signing-key.ts';
import { answerRow, answerWithSecret } from './views.ts';

/** `PATCH /subscriptions/{id}`: what is named is replaced, of the filter each list that is named; all else stays. */
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

/** Nobody sees the values that stay, and they may be tokens of the host until now. */
const movedHeaders = (before: SubscriptionRow, { target }: SubscriptionRow): string[] => {
  const { shown_url, header_names } = target;
  if (shown_url === before.target.shown_url || header_names.length === 0) return [];
  return [
    `url: ${header_names.join(', ')} stayed as they are, and are sent to ${shown_url} from now on. Send headers to replace them.`,
  ];
};

/** @throws BadRequestError for what does nothing, or would not fit */
const checkChange = (form: ChangeForm, before: SubscriptionRow): void => {
  if (Object.values(form).every((value) => value === undefined))
    throw wrongFields([{ path: '', message: 'must name what to change' }]);
  const wrong = wrongFilter(filterWith(form.filter, before.filter));
  if (wrong.length > 0) throw wrongFields(wrong);
};

/** Another filter begins anew: what it would have matched before it was set is history. */
const filterChange = (
  named: ChangeForm['filter'],
  before: SubscriptionRow,
  nowMs: number,
): Partial<SubscriptionRow> => {
  const filter = filterWith(named, before.filter);
  return isDeepStrictEqual(filter, before.filter) ? {} : { filter, matches_since_ms: nowMs };
};

/** A key for what was never signed. One that is there stays, and with `none` it rests: no version is made twice. */
const neededKey = async (
  deps: SubscriptionDeps,
  { signature = 'none' }: ChangeForm,
  { current, subscription_id }: SubscriptionRow,
): Promise<SigningKey | null> => {
  if (signature === 'none' || current !== null) return null;
  return makeSigningKey(deps, { signature, subscription_id, version: 1, encoding: null, imported: null });
};
