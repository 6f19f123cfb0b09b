import type * as z from 'zod/mini';
import { faultCode } from '../../local/start-error.ts';
import { CommandError } from '../shared/command.ts';
import { exchange } from '../shared/exchange.ts';
import { explainRefusal } from './refusal.ts';

/** Optional parts of a request. `rev`: sent as If-Match, to change nothing if the row was changed since it was read. */
type More = { rev?: number; body?: object };

/** Routes of one tenant. Every method throws a CommandError with a message for users. */
export type ManageApi = {
  url: URL;
  /** Null if none was named. */
  tenant: string | null;
  /** The options that name this place on a command line. */
  flags: readonly string[];
  get<T>(path: string, answer: z.ZodMiniType<T>): Promise<T>;
  send<T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    answer: z.ZodMiniType<T>,
    more?: More,
  ): Promise<T>;
};

/** The headers that authenticate the request; they may include the given ones. */
type Prove = (
  method: string,
  url: URL,
  signed: { headers: Record<string, string>; body?: Uint8Array },
) => Promise<Record<string, string>>;

type Options = Pick<ManageApi, 'url' | 'tenant' | 'flags'> & { prove: Prove };

/** API Gateway answers within 30 s. */
const ANSWER_MS = 40_000;

/** Enough for a list in which every row has as many projects and addresses as are allowed. */
const MOST_CHARACTERS = 20_000_000;

const USER_AGENT = 'jira-webhook-sync-commands';

export const openApi = ({ prove, ...place }: Options): ManageApi => {
  const { url, tenant } = place;
  const call = async <T>(
    method: string,
    path: string,
    schema: z.ZodMiniType<T>,
    { rev, body }: More = {},
  ): Promise<T> => {
    const to = new URL(`${tenant === null ? '' : `/t/${tenant}`}${path}`, url);
    const bytes = body && Buffer.from(JSON.stringify(body));
    const given = {
      'user-agent': USER_AGENT,
      ...(bytes && { 'content-type': 'application/json' }),
      ...(rev !== undefined && { 'if-match': String(rev) }),
    };
    const signed = { headers: given, ...(bytes && { body: bytes }) };
    const headers = { ...given, ...(await proveOr(prove, method, to, signed)) };
    const request = { method, url: to, headers, timeout_ms: ANSWER_MS, most_characters: MOST_CHARACTERS };
    const answer = await exchange({ ...request, ...(bytes && { body: bytes }) });
    if (answer.kind === 'failed') throw new CommandError(noAnswer(to, method, answer.code));
    if (answer.status >= 300) throw explainRefusal(answer, { method, url: to });
    return read(schema, answer.body, to);
  };
  return {
    ...place,
    get: (path, answer) => call('GET', path, answer),
    send: (method, path, answer, more) => call(method, path, answer, more),
  };
};

const proveOr = async (prove: Prove, ...[method, url, signed]: Parameters<Prove>) => {
  try {
    return await prove(method, url, signed);
  } catch (fault) {
    throw new CommandError(
      `The request cannot be signed: no valid AWS credentials were found (${faultCode(fault)})`,
    );
  }
};

const noAnswer = ({ origin }: URL, method: string, code: string): string =>
  `${origin} did not answer (${code}).${method === 'GET' ? '' : ' The change may have been made: look with list or show before you run it again.'}`;

const read = <T>(schema: z.ZodMiniType<T>, body: string, { origin }: URL): T => {
  try {
    return schema.parse(body === '' ? null : JSON.parse(body));
  } catch {
    throw new CommandError(
      `${origin} answered in a way this command does not know: does it run the same version?`,
    );
  }
};

/** Query parameters, by the names of the route. */
export type Query = Record<string, string>;

/** All pages of a list. */
export async function* pagesOf<Page extends { next_cursor: string | null }>(
  api: ManageApi,
  path: string,
  query: Query,
  answer: z.ZodMiniType<Page>,
): AsyncGenerator<Page> {
  let cursor: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, ...(cursor && { cursor }) });
    const page: Page = await api.get(`${path}?${asked}`, answer);
    yield page;
    cursor = page.next_cursor;
  } while (cursor !== null);
}
