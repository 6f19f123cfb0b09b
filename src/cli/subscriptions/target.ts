import { withoutUndefined } from '../api/commands.ts';
import { UsageError } from '../shared/command.ts';
import { readSecretFile, readSecretLines } from '../shared/secret-file.ts';

/** Options that hold a secret, or name a file that does. */
export type SecretFlags = {
  url?: string;
  urlFile?: string;
  headerFile?: string;
  secretFile?: string;
  secretEncoding?: string;
};

/** Address, headers and key as the API wants them; what was not named is left out. @throws UsageError, quoting none */
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

/** Standard input can be read once. */
const checkFiles = ({ url, urlFile, headerFile, secretFile }: SecretFlags): void => {
  if (url !== undefined && urlFile !== undefined) throw new UsageError('Give either --url or --url-file');
  if ([urlFile, headerFile, secretFile].filter((path) => path === '-').length > 1)
    throw new UsageError('Only one file can be -, standard input');
};

/** An empty path takes all headers away, as an empty value does elsewhere. */
const readHeaderLines = async (path: string): Promise<string[]> => (path === '' ? [] : readSecretLines(path));

/** @throws UsageError that names the line and not what is in it */
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
