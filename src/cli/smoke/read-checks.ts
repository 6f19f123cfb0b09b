import * as z from 'zod/mini';
import type { Route } from '../../contract/routes.ts';
import {
  afterDelivery,
  type Check,
  describeAnswer,
  failed,
  hasStatus,
  judge,
  ok,
  type Result,
  readJson,
  together,
} from './check.ts';
import { FORMER_KEY, TEST_ISSUE_ID, TEST_ISSUE_KEY, TEST_PROJECT } from './delivery-checks.ts';
import { countOf, filled, NO_EVENT, routesThere } from './guarded-paths.ts';

const isRead = ({ served_by }: Route): boolean => served_by === 'read';

/** There is no connection, subscription or execution to ask for. */
const isAnswered = (route: Route): boolean =>
  isRead(route) && !/\{(connection|subscription|execution)_id\}/.test(route.path);

/** What is asked for with a project needs one; the others ignore it. */
const onEach = async (
  routes: readonly Route[],
  eventId: string,
  look: (path: string) => Promise<Result>,
): Promise<Result> => {
  const results: Result[] = [];
  for (const route of routes) {
    const path = `${filled(route, eventId)}?project=${TEST_PROJECT}`;
    const result = await look(path);
    results.push(result.state === 'ok' ? result : failed(`GET ${path} ${result.seen}`));
  }
  return countOf(results);
};

/** IAM's own refusal: the function would say 404 of an event that is not there, and 200 of lists. */
const checkUnsigned: Check = {
  name: 'read-refuses-unsigned',
  run: async ({ api }) =>
    onEach((await routesThere(api)).filter(isRead), NO_EVENT, async (path) => {
      const answer = await api.send('GET', path);
      return (hasStatus(answer, 403) ? ok : failed)(describeAnswer(answer));
    }),
};

const checkSigned = afterDelivery('read-answers-signed', async ({ api }, { event_id }) =>
  onEach((await routesThere(api)).filter(isAnswered), event_id, async (path) => {
    const answer = await api.sendSigned('GET', path);
    return hasStatus(answer, 200) ? ok('200') : failed(describeAnswer(answer));
  }),
);

const snapshot = z.object({ issue_id: z.literal(TEST_ISSUE_ID) });

/**
 * What a client encodes must be decoded once. `%53` is an S that needed no encoding: undecoded, nothing is called
 * that. `%25` is a real percent sign: decoded once more, `%41` becomes an A.
 */
const checkPath = afterDelivery('path-decoded-once', async ({ api }) => {
  const paths = [
    `/issues/${TEST_ISSUE_KEY.replace('S', '%53')}`,
    `/issues/${encodeURIComponent(FORMER_KEY)}`,
  ];
  const results: Result[] = [];
  for (const path of paths) {
    const answer = await api.sendSigned('GET', path);
    const isFound = hasStatus(answer, 200) && readJson(answer, snapshot) !== null;
    results.push(judge(isFound, `GET ${path}`, answer));
  }
  return together(results);
});

/** What only callers with AWS credentials may read. */
export const READ_CHECKS: readonly Check[] = [checkUnsigned, checkSigned, checkPath];
