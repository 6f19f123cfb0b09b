import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../../../src/local/project.ts';

/** English as people write it, which compresses as their descriptions do; the same for ever. */
const PROSE = readFileSync(join(PROJECT_FOLDER, 'LICENSE'), 'utf8').replace(/\s+/g, ' ');

/** So much of it, from the beginning. */
export const prose = (characters: number): string =>
  PROSE.repeat(Math.ceil(characters / PROSE.length)).slice(0, characters);
