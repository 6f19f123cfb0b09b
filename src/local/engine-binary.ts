import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from './start-error.ts';

const PACKAGE = '@dynoxide/linux-x64';

const NO_ENGINE = `There is no embedded DynamoDB on this platform (${process.platform} ${process.arch}). Two ways:
  1. on linux x64 run \`npm ci\` with optional dependencies, which installs ${PACKAGE}
  2. set AWS_ENDPOINT_URL_DYNAMODB to any other DynamoDB, such as http://127.0.0.1:8000`;

const resolvePackage = createRequire(import.meta.url).resolve;

/**
 * Path of the engine's server binary, which an optional dependency brings.
 * `resolve` finds the package's file; only tests give another.
 * @throws StartError that says what to do where it is not installed.
 */
export const engineBinary = (resolve: (file: string) => string = resolvePackage): string => {
  try {
    return join(dirname(resolve(`${PACKAGE}/package.json`)), 'dynoxide');
  } catch {
    throw new StartError(NO_ENGINE);
  }
};
