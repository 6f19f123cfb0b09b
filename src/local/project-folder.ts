import { resolve } from 'node:path';

/** The folder that holds package.json; `.local/` and, by default, `artifacts/` lie in it. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '../..');
