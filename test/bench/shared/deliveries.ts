import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Delivery = { name: string; bytes: Buffer };

/** Deliveries written for the tests, in the shapes of Cloud and Data Center. */
export const FIXTURES = join(import.meta.dirname, '../../fixtures/deliveries');

/** All `.json` files of a folder, untouched, in file-name order. @throws when there is none */
export const readDeliveries = (folder: string): Delivery[] => {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (names.length === 0) throw new Error(`${folder} holds no .json file`);
  return names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
};

/** The same JSON without white space between its parts, as Jira sends it. */
export const minified = (bytes: Buffer): Buffer => Buffer.from(JSON.stringify(JSON.parse(bytes.toString())));

/** The update of an issue with many fields that the load and the CPU figures use: 13 kB minified. */
export const typicalUpdate = (): Buffer => minified(readFileSync(join(FIXTURES, 'cloud-issue-updated.json')));
