import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEnv } from '../../../../src/contract/env.ts';
import { openCorrelation } from '../../../../src/correlate/run/open-correlation.ts';
import { runUnit } from '../../../../src/correlate/run/run-unit.ts';
import { UnreadableEventError } from '../../../../src/correlate/run/unpack-event.ts';
import { RefusedItemError, UnavailableError } from '../../../../src/errors/errors.ts';
import { createLogger } from '../../../../src/platform/logger.ts';

const deps = openCorrelation(readEnv({}), {
  clock: () => 0,
  log: createLogger(readEnv({ LOG_LEVEL: 'silent' })),
});

/** An event that fails so each time. */
const runFailing = (fault: Error) =>
  runUnit(
    deps,
    { kind: 'event', events: [], unpack: () => Promise.reject(fault) },
    { tries: 3, try_ms: 1_000, before: 0 },
  );

const FAULTS: [string, Error, { attempts: number; retryable: boolean; reason: string }][] = [
  [
    'a table that does not answer',
    new UnavailableError('table', new Error('secret words')),
    { attempts: 3, retryable: true, reason: 'table unavailable: Error' },
  ],
  [
    'an artifact store that does not answer',
    new UnavailableError('artifacts', new Error('secret words')),
    { attempts: 3, retryable: true, reason: 'artifacts unavailable: Error' },
  ],
  [
    'an item the table refuses',
    new RefusedItemError(new Error('secret words')),
    { attempts: 3, retryable: false, reason: 'the table refused an item: Error' },
  ],
  [
    'a body that cannot be read',
    new UnreadableEventError('the stored body: body-not-json'),
    { attempts: 1, retryable: false, reason: 'the stored body: body-not-json' },
  ],
  [
    'a fault of ours',
    new RangeError('secret words'),
    { attempts: 3, retryable: false, reason: 'an unexpected fault: RangeError' },
  ],
];

afterEach(() => vi.restoreAllMocks());

describe('a unit that fails', () => {
  // They wait before each further try, so they wait beside each other.
  it.concurrent.each(FAULTS)(
    'for %s says whether an outage alone was why, because the sweep tries that again',
    async (...[, fault, expected]) => {
      expect(await runFailing(fault)).toMatchObject({ status: 'failed', ...expected });
    },
  );

  it('with a fault of ours in its last moment reports that one, because it is what must be fixed', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const late = await runFailing(new RefusedItemError(new Error('secret words')));
    expect(late).toMatchObject({ retryable: false, reason: 'the table refused an item: Error' });
  });

  it('when its own time is up is not tried again at once, because it would take as long in the same company', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const late = await runFailing(new UnavailableError('table', new Error('aborted')));
    expect(late).toMatchObject({ status: 'late', attempts: 1 });
  });
});
