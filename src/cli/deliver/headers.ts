import { validateHeaderName, validateHeaderValue } from 'node:http';
import { InvalidArgumentError } from 'commander';
import { signatureOf } from '../shared/sign.ts';

const IDENTIFIER = 'x-atlassian-webhook-identifier';

/** Lower-case name to value. */
export type Headers = Readonly<Record<string, string>>;

/**
 * Adds one `--header 'Name: value'` to those before it; a later one of the same name wins. An empty value is
 * sent as such.
 * @throws InvalidArgumentError when it is no header
 */
export const addHeader = (text: string, before: Headers = {}): Headers => {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError("It must be of the form 'Name: value'.");
  const name = text.slice(0, colon).trim().toLowerCase();
  const value = text.slice(colon + 1).trim();
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new InvalidArgumentError('It holds characters that a header cannot have.');
  }
  return { ...before, [name]: value };
};

/** Reads `--identifier`. @throws InvalidArgumentError when a header cannot hold it */
export const readIdentifier = (text: string): string => {
  addHeader(`${IDENTIFIER}: ${text}`);
  return text;
};

/** What goes with a body: Jira's own headers and the signature, each replaced by a given one of its name. */
export const deliveryHeaders = (
  body: Buffer,
  secret: string,
  identifier: string | undefined,
  given: Headers,
): Headers => ({
  'content-type': 'application/json; charset=UTF-8',
  'user-agent': 'jira-webhook-sync-deliver',
  'x-hub-signature': signatureOf(secret, body),
  ...(identifier === undefined ? {} : { [IDENTIFIER]: identifier }),
  ...given,
  'content-length': String(body.length),
});
