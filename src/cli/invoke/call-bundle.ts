import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { HttpResponse } from '../../http/response.ts';
import { CommandError } from '../shared/command-error.ts';
import type { Invocation } from './runtime.ts';

const RUNTIME = join(import.meta.dirname, 'runtime.ts');

/**
 * Loads the bundle in a process of its own with this environment and calls its handler. Log lines go to
 * standard error, all of them before the answer is given back.
 * @throws CommandError when the process ends without an answer; it has said why on standard error
 */
export const callBundle = (invocation: Invocation, env: NodeJS.ProcessEnv): Promise<HttpResponse> =>
  new Promise((done, fail) => {
    const runtime = fork(RUNTIME, { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const output of [runtime.stdout, runtime.stderr])
      output?.on('data', (lines) => process.stderr.write(lines));
    let answer: HttpResponse | undefined;
    runtime.once('message', (given: HttpResponse) => {
      answer = given;
    });
    runtime.once('close', (code, signal) => {
      if (answer !== undefined) done(answer);
      else fail(new CommandError(`The function ended without an answer (${signal ?? `exit code ${code}`})`));
    });
    runtime.once('error', fail);
    runtime.send(invocation);
  });
