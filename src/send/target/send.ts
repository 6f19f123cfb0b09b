import type { Attempt, ExecutionResult } from '../../domain/execution.ts';
import type { Subscription, Target } from '../../domain/subscription.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { type Clock, steadyClock } from '../../platform/clock.ts';
import { within } from '../../platform/deadline.ts';
import { type Resolve, resolvePublic } from '../../platform/resolve-target.ts';
import { hostOf, readTargetUrl, type TargetRules } from '../../platform/target-url.ts';
import { type SigningKeys, signingKeys } from '../../verify/credential-key.ts';
import type { MasterSource, NoMaster } from '../../verify/master-cache.ts';
import { openTarget } from '../../verify/sealed-target.ts';
import { describe, hiderOf, keepAnswer, readRetryAfter } from './answer.ts';
import { NOTHING, type Posted, post, TIME_IS_UP } from './post.ts';
import { type Message, requestHeaders } from './request.ts';

/** What is needed to reach targets. */
export type SendDeps = {
  masters: MasterSource;
  rules: TargetRules;
  resolve: Resolve;
  clock: Clock;
  /** A monotonic clock; replaced in tests. */
  steady?: Clock;
};

/** The result of sending once: what is stored of it (`stored`) and what follows. `gone`: the target answered 410. */
export type Sent = {
  result: 'ok' | 'failed' | 'gone';
  /** How long the target asked to wait; null if it did not. */
  retry_after_ms: number | null;
  /** What it answered; null without an answer. */
  answer: ExecutionResult | null;
  stored: Omit<Attempt, 'attempt' | 'is_probe'>;
};

/**
 * Sends one message once. A problem on the target's side (a refused address, no answer in time) is a failed attempt
 * like any other; the subscription's timeout covers name resolution and request.
 * @throws UnavailableError if the secret cannot be read, which says nothing of the target; the signal's reason
 */
export const sendOnce = async (
  deps: SendDeps,
  subscription: Subscription,
  message: Message,
  signal: AbortSignal,
): Promise<Sent> => {
  const { target, keys } = await openSecrets(deps, subscription);
  const { clock, steady = steadyClock } = deps;
  const [at_ms, began] = [clock(), steady()];
  const time = AbortSignal.timeout(subscription.timeout_seconds * 1_000);
  const limit = AbortSignal.any([signal, time]);
  const headers = requestHeaders(target, subscription.signature, keys, message, at_ms);
  const posted = await tryPost(deps, target, { headers, body: message.body }, limit);
  if (!time.aborted && 'fault' in posted && posted.fault === TIME_IS_UP) signal.throwIfAborted();
  const duration_ms = Math.max(0, Math.round(steady() - began));
  return toSent(posted, target, subscription.timeout_seconds, { at_ms, duration_ms });
};

const openSecrets = async (
  { masters, clock }: SendDeps,
  subscription: Subscription,
): Promise<{ target: Target; keys: SigningKeys | null }> => {
  const target = ours(await openTarget(subscription, masters));
  const isSigned = subscription.signature !== 'none';
  return { target, keys: isSigned ? ours(await signingKeys(subscription, masters, clock())) : null };
};

const ours = <T>(found: T | NoMaster): T => {
  if (found !== 'missing' && found !== 'unavailable') return found;
  throw new UnavailableError('secret', new Error(`master ${found}`));
};

/** What came back, or why nothing was sent. */
type Tried = Posted | { refused: string };

const tryPost = async (
  { rules, resolve }: SendDeps,
  target: Target,
  content: { headers: Record<string, string>; body: Uint8Array },
  signal: AbortSignal,
): Promise<Tried> => {
  const read = readTargetUrl(target.url, rules);
  if ('wrong' in read) return { refused: read.wrong };
  try {
    const found = await within(signal, () => resolvePublic(hostOf(read.url), resolve, rules));
    if ('wrong' in found) return { refused: found.wrong };
    return await post({ url: read.url, addresses: found.addresses, ...content }, signal);
  } catch {
    return { ...NOTHING, fault: TIME_IS_UP };
  }
};

const toSent = (
  tried: Tried,
  target: Target,
  seconds: number,
  times: { at_ms: number; duration_ms: number },
): Sent => {
  const posted = 'refused' in tried ? NOTHING : tried;
  const error = 'refused' in tried ? `not sent: the URL ${tried.refused}` : describe(tried, seconds);
  const { answer, ...kept } = keepAnswer(posted, hiderOf(target));
  const asked = readRetryAfter(posted.headers['retry-after'], times.at_ms + times.duration_ms);
  return {
    result: resultOf(posted.status, error),
    retry_after_ms: error === null ? null : asked,
    answer,
    stored: { ...times, status: posted.status, error, ...kept },
  };
};

const resultOf = (status: number | null, error: string | null): Sent['result'] => {
  if (status === GONE) return 'gone';
  return error === null ? 'ok' : 'failed';
};

const GONE = 410;
