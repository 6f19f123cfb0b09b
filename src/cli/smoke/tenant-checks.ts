import { hasTenant, type Route, TENANT_PATH } from '../../contract/routes.ts';
import type { Exchange } from '../shared/exchange.ts';
import type { Api } from './api.ts';
import {
  type Check,
  describeAnswer,
  failed,
  hasStatus,
  isProblem,
  judge,
  skipped,
  together,
} from './check.ts';
import { countOf, filled, NO_EVENT, routesThere } from './guarded-paths.ts';

/** No tenant has this name, so nothing is found below it. */
const NOBODY = 'smoke-nobody';

const below = (tenant: string): string => TENANT_PATH.replace('{tenant}', tenant);

const isManaged = ({ served_by }: Route): boolean => served_by === 'manage';

/** IAM must refuse unsigned requests with 403; our functions would answer 400 or 404. */
const refusesAll = async (api: Api, asked: readonly [method: string, path: string][]) => {
  const results = [];
  for (const [method, path] of asked) {
    const answer = await api.send(method, path);
    const seen = describeAnswer(answer);
    results.push(
      hasStatus(answer, 403) ? { state: 'ok' as const, seen } : failed(`${method} ${path} ${seen}`),
    );
  }
  return countOf(results);
};

const checkManage: Check = {
  name: 'manage-refuses-unsigned',
  run: async ({ api }) => {
    const managed = (await routesThere(api)).filter(isManaged);
    return refusesAll(
      api,
      managed.map((route) => [route.method, filled(route, NO_EVENT)]),
    );
  },
};

const checkTenant: Check = {
  name: 'tenant-refuses-unsigned',
  run: async ({ api }) => {
    const ofTenants = (await routesThere(api)).filter(hasTenant);
    return refusesAll(
      api,
      ofTenants.map((route) => [route.method, `${below(NOBODY)}${filled(route, NO_EVENT)}`]),
    );
  },
};

/**
 * If the gateway decoded or resolved the path between IAM and the function, they would see different paths, and a
 * policy for one tenant would open another. This caller may have access to every tenant, so besides IAM's 403 a 404 is
 * right.
 */
const checkPath: Check = {
  name: 'tenant-is-the-path',
  run: async ({ api }) => {
    const paths = [`${below(NOBODY)}%2F..%2Fdefault/stats`, `${below(NOBODY)}/..%2Fdefault%2Fstats`];
    const results = [];
    for (const path of paths) {
      const answer = await api.sendSigned('GET', path);
      results.push(judge(isRefused(answer), `GET ${path}`, answer));
    }
    return together(results);
  },
};

const isRefused = (answer: Exchange): boolean =>
  hasStatus(answer, 403) || isProblem(answer, 404, 'not-found');

/** Asked only once: three within an hour raise an alarm. */
const checkConnection: Check = {
  name: 'connection-answers',
  run: async ({ api }) => {
    const path = `/webhooks/con_${'0'.repeat(22)}`;
    const answer = await api.send('GET', path);
    return judge(isProblem(answer, 404, 'not-found'), `GET ${path}`, answer);
  },
};

/** What IAM refuses to a reader of default, although its signature is valid. */
const NOT_FOR_READERS: readonly [method: string, path: string][] = [
  ['GET', `${below('default')}/stats`],
  ['GET', `${below(NOBODY)}/issues`],
  ['GET', `/bodies/${NO_EVENT}`],
  ['GET', '/connections'],
  ['POST', '/connections'],
];

const checkReader: Check = {
  name: 'reader-stays-in-default',
  run: async ({ reader }) => {
    if (reader === null)
      return skipped('--reader-profile names a caller with the policy for readers of default');
    const own = await reader.sendSigned('GET', '/stats');
    const results = [judge(hasStatus(own, 200), 'GET /stats', own)];
    for (const [method, path] of NOT_FOR_READERS) {
      const answer = await reader.sendSigned(method, path);
      results.push(judge(hasStatus(answer, 403), `${method} ${path}`, answer));
    }
    return together(results);
  },
};

/** Checks of whose rows a caller can reach, and who may change connections. */
export const TENANT_CHECKS: readonly Check[] = [
  checkManage,
  checkTenant,
  checkPath,
  checkConnection,
  checkReader,
];
