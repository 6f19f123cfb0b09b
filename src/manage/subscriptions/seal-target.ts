import type { SealedTarget, Target } from '../../domain/subscription.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { within } from '../../platform/deadline.ts';
import { resolvePublic } from '../../platform/resolve-target.ts';
import { hostOf, readTargetUrl } from '../../platform/target-url.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { openTarget, sealTarget } from '../../verify/sealed-target.ts';
import { wrongFields } from '../read-form.ts';
import { noMaster } from '../refusal.ts';
import { wrongHeaders } from './forms.ts';
import type { SubscriptionDeps } from './own-subscription.ts';

/** The parts of a target in a form. */
type Named = { url?: string | undefined; headers?: Record<string, string> | undefined };

/** Checks and seals a new target. @throws BadRequestError, Refusal, UnavailableError */
export const newTarget = async (
  deps: SubscriptionDeps,
  { url, headers = {} }: Named & { url: string },
  subscriptionId: string,
  signal: AbortSignal,
): Promise<SealedTarget> => {
  await checkTarget(deps, { url, headers }, signal);
  return sealed(deps, { url, headers }, subscriptionId, 1);
};

/** Seals the target with the named parts replaced. @throws BadRequestError, Refusal, UnavailableError */
export const changedTarget = async (
  deps: SubscriptionDeps,
  named: Named,
  before: SubscriptionRow,
  signal: AbortSignal,
): Promise<SealedTarget> => {
  if (named.url === undefined && named.headers === undefined) return before.target;
  await checkTarget(deps, named, signal);
  return sealed(deps, await whole(deps, named, before), before.subscription_id, before.target.version + 1);
};

/** Opens the old target only if the form leaves out URL or headers, because its master may be lost. */
const whole = async ({ masters }: SubscriptionDeps, { url, headers }: Named, before: SubscriptionRow) => {
  if (url !== undefined && headers !== undefined) return { url, headers };
  const kept = orThrow(await openTarget(before, masters));
  return { url: url ?? kept.url, headers: headers ?? kept.headers };
};

/** Refuses a target here so that people see why; sending checks it again for each request. */
const checkTarget = async (deps: SubscriptionDeps, { url, headers = {} }: Named, signal: AbortSignal) => {
  const wrong = wrongHeaders(headers);
  const message = url === undefined ? null : await wrongUrl(deps, url, signal);
  if (message !== null) wrong.unshift({ path: 'url', message });
  if (wrong.length > 0) throw wrongFields(wrong);
};

const wrongUrl = async (
  { rules, resolve }: SubscriptionDeps,
  text: string,
  signal: AbortSignal,
): Promise<string | null> => {
  const read = readTargetUrl(text, rules);
  if ('wrong' in read) return read.wrong;
  const found = await within(signal, () => resolvePublic(hostOf(read.url), resolve, rules));
  return 'wrong' in found ? found.wrong : null;
};

const sealed = async (
  { masters }: SubscriptionDeps,
  target: Target,
  subscription_id: string,
  version: number,
): Promise<SealedTarget> => {
  const made = await sealTarget(target, { subscription_id, version }, masters);
  switch (made.outcome) {
    case 'made':
      return made.target;
    case 'no-master':
      throw noMaster('Keys of subscriptions');
    case 'unavailable':
      throw masterFault();
  }
};

const orThrow = (opened: Target | 'missing' | 'unavailable'): Target => {
  if (typeof opened === 'string') throw masterFault();
  return opened;
};

const masterFault = (): UnavailableError =>
  new UnavailableError('secret', new Error('the master of a target could not be read'));
