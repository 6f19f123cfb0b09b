import type { Env } from '../contract/env.ts';
import { startRun } from '../http/request.ts';
import { createJiraClient } from '../jira/client.ts';
import { openReads } from '../jira/reads/open-reads.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { watchTable } from '../store/calls/watch-table.ts';
import type { EventStore } from '../store/events/put-event.ts';
import type { Platform } from '../wiring/open.ts';
import { openJiraSite } from '../wiring/open-jira.ts';
import { observe } from './observe/observe.ts';
import { createSpeed } from './observe/speed.ts';
import type { TurnDeps } from './session.ts';

/** What a turn reads and writes, as whoever starts it has it open. */
type Opened = Pick<Platform, 'secretsManager'> & {
  events: EventStore;
  tenant: string;
  clock: Clock;
  log: Logger;
};

/** Of one turn, over all loops. */
const AT_ONCE = 4;

/** Milliseconds for the looks of one request. */
const LOOKS_MS = 60_000;

/**
 * What a turn needs, as the environment names it. Jira's token is read when it is first asked, anew for each turn. Of
 * the table's calls only our own slow us down.
 */
export const openTurn = (env: Env, { tenant, clock, log, ...opened }: Opened): TurnDeps => {
  const speed = createSpeed(clock);
  const events = { ...opened.events, table: watchTable(opened.events.table, speed.halve) };
  return {
    table: events.table,
    retention_days: events.retention_days,
    ...{ tenant, clock, log },
    chance: Math.random,
    projects: env.RECONCILE_PROJECTS ?? null,
    openReads: async (until_ms = null) => {
      const site = await openJiraSite(env, opened);
      const client = createJiraClient(site, { at_once: AT_ONCE, a_second: env.RECONCILE_RATE, until_ms });
      return openReads(client, site);
    },
    observe: (looks, mend, ranks) => {
      const run = startRun(clock, () => AbortSignal.timeout(LOOKS_MS));
      return observe({ tenant, events, clock, log, speed }, looks, run, mend, ranks);
    },
  };
};
