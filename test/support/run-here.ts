import { join } from 'node:path';
import { vi } from 'vitest';
import { PROJECT_FOLDER } from '../../src/local/project-folder.ts';

type Ended = { code: unknown; stdout: string; stderr: string };

let runs = 0;

/** The texts that these calls were given, each with what ends it. */
const textOf = (calls: unknown[][], end: string): string =>
  calls.map(([text]) => `${String(text)}${end}`).join('');

/**
 * Runs a command in this process, with only this environment. For what ends before anything is done, such as wrong
 * usage or `--help`: a process of its own takes a hundred times as long as the words.
 */
export const runHere = async (file: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> => {
  const before = { argv: process.argv, env: process.env, exitCode: process.exitCode };
  const [out, err] = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  );
  const [log, error] = (['log', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => {}),
  );
  runs += 1;
  Object.assign(process, { argv: [process.execPath, file, ...args], env, exitCode: undefined });
  try {
    // A module runs once: a query makes it another one.
    await import(`${join(PROJECT_FOLDER, file)}?${runs}`);
    return {
      code: process.exitCode,
      stdout: textOf(out?.mock.calls ?? [], '') + textOf(log?.mock.calls ?? [], '\n'),
      stderr: textOf(err?.mock.calls ?? [], '') + textOf(error?.mock.calls ?? [], '\n'),
    };
  } finally {
    Object.assign(process, before);
    for (const spy of [out, err, log, error]) spy?.mockRestore();
  }
};
