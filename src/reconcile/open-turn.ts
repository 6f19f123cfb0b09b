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

/** What the caller has already opened for the turn. */
type Opened = Pick<Platform, 'secretsManager'> & {
  events: EventStore;
  tenant: string;
  clock: Clock;
  log: Logger;
};

/** Concurrent requests to Jira in one turn, over all loops. */
const AT_ONCE = 4;

/** Time limit for storing the looks of one request, in milliseconds. */
const LOOKS_MS = 60_000;

/**
 * Opens what a turn needs, as the environment configures it. Jira's token is read before the first request of each
 * turn. A turn slows down only if its own calls to the table are throttled or slow.
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
    observe: (looks, restore, ranks) => {
      const run = startRun(clock, () => AbortSignal.timeout(LOOKS_MS));
      return observe({ tenant, events, clock, log, speed }, looks, run, restore, ranks);
    },
  };
};
