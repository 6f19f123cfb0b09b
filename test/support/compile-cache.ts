import { join } from 'node:path';
import { PROJECT_FOLDER } from '../../src/local/project.ts';

/**
 * Lets a child process keep what it compiled: commands start in half the time, and tests start hundreds (Node.js
 * documentation, "Module compile cache"). Nothing else changes.
 */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: join(PROJECT_FOLDER, 'node_modules/.cache/compile'),
};
