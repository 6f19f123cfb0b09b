import * as z from 'zod/mini';
import { startEngine } from '../../../src/local/engine.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createTable, openApp } from '../../support/app.ts';
import { byId, startObserver } from '../../support/looks.ts';
import { startMeteringProxy } from '../../support/metering-proxy.ts';
import { type Templates, templatesOf } from '../http/floor-writes.ts';
import { tempFolder } from '../shared/temp-folder.ts';
import { newIssueBody } from './issue-body.ts';

const shownIssue = z.object({ id: z.string(), key: z.string(), fields: z.object({ updated: z.string() }) });

/** The writes of one issue that is new, as we make them. */
export const learnWrites = async (description: number, owned: AsyncDisposableStack): Promise<Templates> => {
  await using own = owned.use(new AsyncDisposableStack());
  const engine = await startEngine();
  own.defer(engine.stop);
  const proxy = await startMeteringProxy(engine.endpoint);
  own.defer(proxy.close);
  const tableName = await createTable(engine.endpoint);
  const app = openApp({ endpoint: proxy.endpoint, tableName, env: { ARTIFACTS_DIR: tempFolder(own) } });
  const issue = newIssueBody(description);
  const timestamp_ms = systemClock();
  await startObserver(app, systemClock).observe([byId(issue, timestamp_ms)]);
  const { id: issue_id, key: issue_key, fields } = shownIssue.parse(issue);
  return templatesOf(proxy.writes, {
    ...{ issue_id, issue_key, timestamp_ms },
    updated_ms: Date.parse(fields.updated),
  });
};
