import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const FOLDER = join(import.meta.dirname, '../../docs/schemas');

/** Says what is wrong with a value by the published schema of that name; nothing when it is valid. */
export type Validator = (value: unknown) => string[];

/** Reads the published file, so that what people validate with is what is tested. */
export const publishedValidator = (name: 'run-document' | 'latest-summary'): Validator => {
  const ajv = new Ajv2020({ allErrors: true });
  const validate = ajv.compile(JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')));
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
};
