import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { hasTenant, ROUTES, type Route, TENANT_PATH } from '../../../src/contract/routes.ts';
import { page } from '../../support/markdown.ts';

const statement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: z.literal('execute-api:Invoke'),
  Resource: z.array(z.string()),
});

const policy = z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.tuple([statement]) });

const BEFORE = 'arn:aws:execute-api:REGION:ACCOUNT:API-ID/$default/';

const RUNBOOK = page('docs/runbooks/access.md');

/** The policy in the section with this heading. */
const policyOf = (heading: string): string[] => {
  const section = RUNBOOK.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const text = /```json\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
  return policy.parse(JSON.parse(text)).Statement[0].Resource;
};

/** As IAM matches a resource: `*` is any text, slashes too, `?` any character, all else itself. */
const matches = (pattern: string, resource: string): boolean => {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '[\\s\\S]*';
    return part === '?' ? '[\\s\\S]' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`).test(resource);
};

const allows = (resources: string[], method: string, path: string): boolean =>
  resources.some((pattern) => matches(pattern, `${BEFORE}${method}${path}`));

const READER_OF_DEFAULT = policyOf('Readers of default');
const READER = policyOf('Readers of a tenant');
const ADMIN = policyOf('Admins of a tenant');

const GUARDED = ROUTES.filter(hasTenant);

/** What may stand in a path for a `{…}`: also what tries to be more than one segment. */
const SEGMENTS = [
  'ABC-1',
  'evt_0',
  '*',
  '%2F..%2F..%2Ft%2Fbank%2Fissues',
  't%2Fretail%2Fissues',
  't',
  'retail',
];

const pathsOf = ({ path }: Pick<Route, 'path'>, prefix: string): string[] =>
  SEGMENTS.map((segment) => `${prefix}${path.replaceAll(/\{\w+\}/g, segment)}`);

/** Every route as callers of this tenant ask for it. */
const asked = (prefix: string) =>
  GUARDED.flatMap((route) => pathsOf(route, prefix).map((path) => ({ route, path })));

const firstOf = ({ path }: Route): string => path.split('/')[1] ?? '';

/** What a reader may see: neither what was sent, nor who may send, nor who gets it. */
const isForReaders = (route: Route): boolean =>
  route.method === 'GET' && !['bodies', 'connections', 'subscriptions'].includes(firstOf(route));

const allowedOf = (resources: string[], prefix: string, isWanted: (route: Route) => boolean) =>
  asked(prefix).filter(({ route, path }) => allows(resources, route.method, path) !== isWanted(route));

const nothing = (): boolean => false;

describe('the policies of the runbook', () => {
  it('are about every route below a tenant, because one that a test does not know may be open to all', () => {
    expect(GUARDED.length).toBeGreaterThan(15);
    expect(new Set(GUARDED.map(({ served_by }) => served_by))).toEqual(new Set(['read', 'manage']));
  });

  it('let readers of default see what is theirs, no other tenant, no body and no connection', () => {
    expect(allowedOf(READER_OF_DEFAULT, '', isForReaders)).toEqual([]);
    for (const prefix of ['/t/retail', '/t/bank', '/t/issues', '/t/gaps', '/t/events'])
      expect(allowedOf(READER_OF_DEFAULT, prefix, nothing)).toEqual([]);
  });

  it("let a tenant's readers see what is theirs, no other tenant, no body and no write", () => {
    expect(allowedOf(READER, '/t/retail', isForReaders)).toEqual([]);
    for (const prefix of ['', '/t/default', '/t/bank', '/t/retail2', '/t/retai', '/t/-retail'])
      expect(allowedOf(READER, prefix, nothing)).toEqual([]);
  });

  it("let a tenant's admins do all of that tenant and nothing of another", () => {
    expect(allowedOf(ADMIN, '/t/retail', () => true)).toEqual([]);
    for (const prefix of ['', '/t/default', '/t/bank', '/t/retail2', '/t/retai', '/t/-retail'])
      expect(allowedOf(ADMIN, prefix, nothing)).toEqual([]);
  });

  it('of one tenant allow no path of another, whatever stands for an id in it', () => {
    const tenant = fc.stringMatching(/^[a-z0-9-]{1,64}$/).filter((text) => text !== 'retail');
    const segment = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9._~%*?-]{1,40}$/),
      fc.constantFrom(...SEGMENTS, '..%2Fretail%2Fissues', 'retail%2Fissues'),
    );
    const route = fc.constantFrom(...GUARDED);
    fc.assert(
      fc.property(route, tenant, segment, ({ method, path }, other, text) => {
        const filled = path.replaceAll(/\{\w+\}/g, () => text);
        const theirs = `${TENANT_PATH.replace('{tenant}', other)}${filled}`;
        for (const resources of [READER_OF_DEFAULT, READER, ADMIN])
          expect([theirs, allows(resources, method, theirs)]).toEqual([theirs, false]);
        for (const resources of [READER, ADMIN])
          expect([filled, allows(resources, method, filled)]).toEqual([filled, false]);
      }),
    );
  });

  it('name no tenant by a wildcard, and methods one by one, because `*` matches a slash', () => {
    for (const resource of [...READER_OF_DEFAULT, ...READER, ...ADMIN]) {
      expect(resource.startsWith(BEFORE)).toBe(true);
      expect(resource.slice(BEFORE.length)).toMatch(
        /^(GET|POST|PATCH|DELETE)\/(t\/retail\/([a-z]+(\/\*)?|\*)|[a-z]+(\/\*)?)$/,
      );
    }
  });

  it('would fail these tests as `GET/*`, because the rules above must be able to', () => {
    const all = [`${BEFORE}GET/*`];
    expect(allowedOf(all, '/t/bank', nothing).length).toBeGreaterThan(5);
    expect(allowedOf(all, '', isForReaders).map(({ path }) => path)).toContain('/bodies/evt_0');
    expect(allows([`${BEFORE}*/t/retail/connections/*`], 'GET', '/t/bank/t/retail/connections/x')).toBe(true);
  });

  it('say what admins of default have beside it, as it is in the routes', () => {
    const named = [
      ...RUNBOOK.matchAll(
        /`((?:GET|POST|PATCH|DELETE)\/(?:bodies|connections|subscriptions|executions)[^`]*)`/g,
      ),
    ];
    const more = named.map(([, resource = '']) => `${BEFORE}${resource}`);
    expect(allowedOf([...READER_OF_DEFAULT, ...more], '', () => true)).toEqual([]);
    expect(allowedOf([...READER_OF_DEFAULT, ...more], '/t/retail', nothing)).toEqual([]);
  });
});
