import { pino } from 'pino';
import * as z from 'zod/mini';
import type { JsonObject } from '../../src/domain/json.ts';
import { startRun } from '../../src/http/request.ts';
import type { Look } from '../../src/jira/reads/reads.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { LostKind } from '../../src/reconcile/observe/lost-events.ts';
import { observe } from '../../src/reconcile/observe/observe.ts';
import type { Seen } from '../../src/reconcile/observe/settle.ts';
import { createSpeed } from '../../src/reconcile/observe/speed.ts';
import type { TestApp } from './app.ts';
import { bodyOf, fullUpdate, type IssueModel } from './jira-deliveries.ts';

const anIssue = z.object({ issue: z.looseObject({ fields: z.record(z.string(), z.json()) }) });

/** The issue as a read shows it: what a webhook of it would carry. `fields` are put over its own. */
export const shown = (model: Partial<IssueModel>, fields: JsonObject = {}): JsonObject => {
  const { issue } = anIssue.parse(JSON.parse(bodyOf(fullUpdate(model))));
  return { ...(issue as JsonObject), fields: { ...issue.fields, ...fields } };
};

/** A webhook's body with that issue. */
export const delivered = (issue: JsonObject, timestamp: number, event = 'jira:issue_updated'): string =>
  JSON.stringify({ timestamp, webhookEvent: event, issue });

export const byId = (issue: JsonObject, started_ms: number): Look => ({ read: 'id', started_ms, issue });

export const bySearch = (issue: JsonObject, started_ms: number): Look => ({
  read: 'search',
  started_ms,
  issue,
});

export type Observer = {
  observe(looks: readonly Look[], restore?: readonly LostKind[]): Promise<Seen[]>;
  lines: Record<string, unknown>[];
};

/** Takes looks into an app's table. */
export const startObserver = ({ events }: TestApp, clock: Clock): Observer => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const deps = { tenant: 'default', events, clock, log, speed: createSpeed(clock) };
  return {
    lines,
    observe: (looks, restore) =>
      observe(
        deps,
        looks,
        startRun(clock, () => AbortSignal.timeout(60_000)),
        restore,
      ),
  };
};
