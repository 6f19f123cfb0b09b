import { isConnectionId } from '../../domain/connection.ts';
import type { ManageApi } from '../api/api.ts';
import { withoutUndefined } from '../api/commands.ts';
import { findRow as findConnection } from '../connections/row.ts';
import { UsageError } from '../shared/command.ts';
import { readSecretFile, readSecretLines } from '../shared/secret-file.ts';
import type { ShownRow } from './row.ts';

/** Options for the conditions of the filter. An empty value removes the condition. */
type FilterFlags = {
  connection?: string[];
  source?: string[];
  event?: string[];
  project?: string[];
  issueType?: string[];
  issuePriority?: string[];
  requestType?: string[];
  label?: string[];
  changedField?: string[];
  exceptActor?: string[];
};

/** Options for the settings of a subscription. */
export type SettingFlags = FilterFlags & {
  name?: string;
  format?: string;
  signature?: string;
  priority?: string;
  concurrency?: number;
  rate?: string;
  timeout?: number;
  retry?: string;
};

type Filter = ShownRow['filter'];

/** The same as fields of the API; options that were not given are left out. `filter`: the current one, to be merged. */
export const settingsOf = async (
  api: ManageApi,
  flags: SettingFlags,
  filter: Partial<Filter>,
): Promise<Record<string, unknown>> => {
  const wanted = await filterOf(api, flags);
  return withoutUndefined({
    name: flags.name,
    filter: Object.keys(wanted).length === 0 ? undefined : { ...filter, ...wanted },
    format: flags.format,
    signature: flags.signature,
    priority: flags.priority,
    concurrency: flags.concurrency,
    rate_per_second: rateOf(flags.rate),
    timeout_seconds: flags.timeout,
    retry: flags.retry,
  });
};

const filterOf = async (api: ManageApi, flags: FilterFlags): Promise<Record<string, unknown>> =>
  withoutUndefined({
    connections: await connectionsOf(api, listOf(flags.connection)),
    sources: listOf(flags.source),
    event_types: listOf(flags.event),
    projects: listOf(flags.project),
    issue_types: whole(flags.issueType),
    priorities: whole(flags.issuePriority),
    request_types: whole(flags.requestType),
    labels: listOf(flags.label),
    changed_fields: listOf(flags.changedField),
    except_actors: listOf(flags.exceptActor),
  });

/** Does not split at commas, which names may contain. */
const whole = (texts: string[] | undefined): string[] | undefined =>
  texts?.map((text) => text.trim()).filter((text) => text !== '');

const listOf = (texts: string[] | undefined): string[] | undefined =>
  whole(texts?.flatMap((text) => text.split(',')));

/** Replaces names of connections by ids: the API takes only ids. */
const connectionsOf = async (api: ManageApi, named: string[] | undefined): Promise<string[] | undefined> => {
  const ids = named?.map(async (name) =>
    isConnectionId(name) ? name : (await findConnection(api, name)).connection_id,
  );
  return ids && Promise.all(ids);
};

const rateOf = (text: string | undefined): number | null | undefined => {
  if (text === undefined || text === '') return text === undefined ? undefined : null;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError('--rate must be a whole number of events a second, or empty for no limit');
};

/** Options that hold a secret, or name a file that does. */
export type SecretFlags = {
  url?: string;
  urlFile?: string;
  headerFile?: string;
  secretFile?: string;
  secretEncoding?: string;
};

/** URL, headers and key as fields of the API; what was not given is left out. @throws UsageError, quoting no secret */
export const secretsOf = async (flags: SecretFlags): Promise<Record<string, unknown>> => {
  checkFiles(flags);
  const { url, urlFile, headerFile, secretFile, secretEncoding } = flags;
  return withoutUndefined({
    url: urlFile === undefined ? url : await readSecretFile(urlFile),
    headers: headerFile === undefined ? undefined : headersOf(await readHeaderLines(headerFile)),
    secret: secretFile === undefined ? undefined : await readSecretFile(secretFile),
    secret_encoding: secretEncoding,
  });
};

/** Standard input can be read only once. */
const checkFiles = ({ url, urlFile, headerFile, secretFile }: SecretFlags): void => {
  if (url !== undefined && urlFile !== undefined) throw new UsageError('Give either --url or --url-file');
  if ([urlFile, headerFile, secretFile].filter((path) => path === '-').length > 1)
    throw new UsageError('Only one file can be -, standard input');
};

/** An empty path removes all headers, as an empty value removes other settings. */
const readHeaderLines = async (path: string): Promise<string[]> => (path === '' ? [] : readSecretLines(path));

/** @throws UsageError with the number of the line, not its text */
const headersOf = (lines: readonly string[]): Record<string, string> => {
  const known = new Set<string>();
  return Object.fromEntries(
    lines.map((line, index) => {
      const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
      const at = `--header-file: line ${index + 1}`;
      if (name === undefined || value === undefined) throw new UsageError(`${at} must be "Name: value"`);
      if (known.has(name.toLowerCase())) throw new UsageError(`${at} has a name that another line has`);
      known.add(name.toLowerCase());
      return [name, value];
    }),
  );
};
