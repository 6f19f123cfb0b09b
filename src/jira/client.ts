import { setTimeout as timer } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { isSafeUrl } from '../domain/safe-url.ts';
import { ConfigError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { retry } from '../platform/retry.ts';
import { type Answer, checkStatus, readValue, retryAfter } from './answer.ts';
import { exchange, type Sent } from './exchange.ts';
import { JiraError } from './jira-error.ts';
import { createPace, type Limits } from './pace.ts';
import type { JiraSite } from './site.ts';

type JiraRequest<T> = Sent & {
  /** The frame that is needed; further properties are ignored. */
  answer: z.ZodMiniType<T>;
};

/** Asks one site. Every rejection is a JiraError. */
export type JiraClient = { send<T>(request: JiraRequest<T>): Promise<T> };

/** Replaced in tests. */
type World = { clock: Clock; sleep: (ms: number) => Promise<unknown>; chance: () => number };

/** As Atlassian advises: four tries, 2 s doubling to 30 s, and by chance up to three tenths less. */
const BACKOFF = { tries: 4, first_ms: 2_000, longest_ms: 30_000, by_chance: 0.3 };

/** To do it twice must be as good as once: a lost answer may have been a success. */
const isIdempotent = ({ method }: Sent): boolean => method !== 'POST';

/** What names a time is for the caller to keep. */
const mayHeal = ({ fault, not_before }: JiraError): boolean =>
  not_before === null && (fault === 'busy' || fault === 'down');

const named = ({ fault, message, not_before }: JiraError, { method, path }: Sent): JiraError =>
  new JiraError(fault, `${method} ${path.replace(/\?.*/s, '')}: ${message}`, not_before);

const asJiraError = (fault: unknown): JiraError =>
  fault instanceof JiraError ? fault : new JiraError('down', 'The request could not be made.');

/**
 * A polite client: at most so many requests at once and a second, `Retry-After` kept by all of them, else longer and
 * longer waits, four tries, and only of what may be done twice. https only, except on this machine.
 * @throws ConfigError when the address is not safe
 */
export const createJiraClient = (
  site: JiraSite,
  limits: Limits,
  replaced: Partial<World> = {},
): JiraClient => {
  const world: World = { clock: systemClock, sleep: timer, chance: Math.random, ...replaced };
  if (!isSafeUrl(URL.parse(site.api)))
    throw new ConfigError('Jira is asked by https only: see JIRA_SITE_URL');
  const pace = createPace(limits, world);

  const ask = async (request: Sent): Promise<Answer> => {
    const answer = await pace.run(() => exchange(site, request));
    const until = answer.status >= 400 ? retryAfter(answer, world.clock()) : null;
    if (until !== null) pace.hold(until);
    checkStatus(answer);
    return answer;
  };

  /** A long hold is the better answer to a fault that time may heal: it names the time. */
  const once = async (request: Sent): Promise<Answer> => {
    try {
      return await ask(request);
    } catch (fault) {
      const error = asJiraError(fault);
      if (mayHeal(error)) pace.checkHold();
      throw error;
    }
  };

  return {
    send: async (request) => {
      try {
        const answer = await retry(() => once(request), BACKOFF, {
          ...world,
          mayHeal: (fault) => fault instanceof JiraError && mayHeal(fault) && isIdempotent(request),
        });
        return readValue(request.answer, answer);
      } catch (fault) {
        throw named(asJiraError(fault), request);
      }
    },
  };
};
