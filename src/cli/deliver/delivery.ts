import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { faultCode } from '../../local/start-error.ts';
import { UsageError } from '../shared/command.ts';
import { signatureOf } from '../shared/exchange.ts';
import { typedPath } from '../shared/terminal.ts';

const IDENTIFIER = 'x-atlassian-webhook-identifier';

/** Lower-case name to value. */
export type Headers = Readonly<Record<string, string>>;

/**
 * Adds one `--header 'Name: value'` to those before it; it replaces one of the same name. An empty value is sent as
 * such.
 * @throws InvalidArgumentError when it is not a valid header
 */
export const addHeader = (text: string, before: Headers = {}): Headers => {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError("It must have the form 'Name: value'.");
  const name = text.slice(0, colon).trim().toLowerCase();
  const value = text.slice(colon + 1).trim();
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new InvalidArgumentError('It contains characters that are not allowed in a header.');
  }
  return { ...before, [name]: value };
};

/** Reads `--identifier`. @throws InvalidArgumentError when a header cannot hold it */
export const readIdentifier = (text: string): string => {
  addHeader(`${IDENTIFIER}: ${text}`);
  return text;
};

/** The headers for a body: Jira's own and the signature; given ones replace those of the same name. */
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

/** One body to send: the exact bytes of the file. */
export type Input = { name: string; body: Buffer };

const SAMPLES_FOLDER = join(import.meta.dirname, '../samples');

/** Names of the built-in samples. */
export const sampleNames = (): string[] =>
  readdirSync(SAMPLES_FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();

/**
 * The bytes of a file, or of the sample of this name if there is no such file.
 * @throws UsageError when it is neither, or cannot be read
 */
export const readInput = (name: string): Input => {
  const path = pathOf(name);
  if (statSync(path).isDirectory())
    throw new UsageError(`${name} is a folder: name its files (${name}/*.json)`);
  try {
    return { name, body: readFileSync(path) };
  } catch (fault) {
    throw new UsageError(`${name} cannot be read (${faultCode(fault)})`);
  }
};

const pathOf = (name: string): string => {
  const file = [resolve(name), typedPath(name)].find((path) => existsSync(path));
  if (file !== undefined) return file;
  if (sampleNames().includes(name)) return join(SAMPLES_FOLDER, `${name}.json`);
  throw new UsageError(`${name} is neither a file nor a sample. Samples: ${sampleNames().join(', ')}`);
};
