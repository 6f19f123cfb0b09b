import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { isExplained } from './explained.ts';

/** What Stryker writes of each mutant (mutation-testing-report-schema 2). */
const reportShape = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          status: z.string(),
          mutatorName: z.string(),
          replacement: z.optional(z.string()),
          location: z.object({ start: z.object({ line: z.number(), column: z.number() }) }),
        }),
      ),
    }),
  ),
});

/** A change to the code that no test noticed; `code` is the whole line it stands in. */
export type Survivor = { file: string; line: number; code: string; mutator: string; replacement: string };

/** Of one folder: changes that were tried, that a test noticed, and that none did although it could. */
export type Score = { folder: string; tried: number; noticed: number; explained: number; rest: Survivor[] };

const NOTICED = ['Killed', 'Timeout'];
/** What does not even load says nothing about tests. */
const IGNORED = ['CompileError', 'RuntimeError', 'Ignored'];

const folderOf = (file: string): string => file.split('/').slice(0, 2).join('/');

/** Scores by folder from Stryker's JSON report. @throws Error when there is none */
export const readScores = (file: string): Score[] => {
  const { files } = reportShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  const scores = new Map<string, Score>();
  for (const [name, { source, mutants }] of Object.entries(files)) {
    const folder = folderOf(name);
    const score = scores.get(folder) ?? { folder, tried: 0, noticed: 0, explained: 0, rest: [] };
    scores.set(folder, score);
    const lines = source.split('\n');
    for (const { status, mutatorName, replacement = '', location } of mutants) {
      if (IGNORED.includes(status)) continue;
      score.tried += 1;
      const { line } = location.start;
      const code = (lines[line - 1] ?? '').trim();
      const survivor = { file: name, line, code, mutator: mutatorName, replacement };
      if (NOTICED.includes(status)) score.noticed += 1;
      else if (isExplained(survivor)) score.explained += 1;
      else score.rest.push(survivor);
    }
  }
  return [...scores.values()];
};
