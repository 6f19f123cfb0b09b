import { tmpdir } from 'node:os';

/** What the files of one run share lies here; it goes when the run ends (see run.ts). */
export const RUN_FOLDER = process.env.TEST_RUN_FOLDER ?? tmpdir();
