import type { Clock } from '../../../../src/platform/clock.ts';
import { aroundIssuesOf } from './around-issues.ts';
import { issuesOf } from './issues.ts';
import { createLedger } from './ledger.ts';

/**
 * What a Jira site holds, and what people do there. Pure but for its clock: whoever wants to know follows `ledger`.
 * @param clock asked anew each time, because a test may give the server another
 */
export const createSite = (clock: () => Clock) => {
  const ledger = createLedger(clock);
  return { ledger, state: ledger.state, ...aroundIssuesOf(ledger), ...issuesOf(ledger) };
};

export type Site = ReturnType<typeof createSite>;
