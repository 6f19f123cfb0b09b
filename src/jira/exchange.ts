import { describeFault } from '../errors/errors.ts';
import type { Answer } from './answer.ts';
import { JiraError } from './jira-error.ts';
import type { JiraSite } from './site.ts';

export type Sent = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From `/rest` on, encoded. */
  path: string;
  body?: unknown;
};

/** For the whole exchange, the answer's body included. */
const TIMEOUT_MS = 30_000;

/** Far more than any page that Jira returns. */
const MOST_BYTES = 20_000_000;

const readText = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES)
      throw new JiraError('too_large', 'The answer is larger than any of the Jira API.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const headersOf = ({ authorization }: JiraSite, body: unknown): Record<string, string> => ({
  authorization,
  accept: 'application/json',
  'user-agent': 'jira-webhook-sync',
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
});

/** Only the code: fetch's own message may quote a header. */
const codeOf = (fault: unknown): string => {
  if (fault instanceof Error && fault.cause instanceof Error) return describeFault(fault.cause);
  return describeFault(fault);
};

/** One request, without retries or redirects. @throws JiraError when no complete answer arrived */
export const exchange = async (site: JiraSite, { method, path, body }: Sent): Promise<Answer> => {
  try {
    const response = await fetch(`${site.api}${path}`, {
      method,
      headers: headersOf(site, body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, text: await readText(response) };
  } catch (fault) {
    if (fault instanceof JiraError) throw fault;
    throw new JiraError('down', `Jira cannot be reached, or its answer was cut off. (${codeOf(fault)})`);
  }
};
