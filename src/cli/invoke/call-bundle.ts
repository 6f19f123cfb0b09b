import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { HttpResponse } from '../../http/response.ts';
import { CommandError } from '../shared/command-error.ts';
import type { Invocation } from './runtime.ts';

const RUNTIME = join(import.meta.dirname, 'runtime.ts');

/**
 * Loads the bundle in a process of its own with this environment and calls its handler. Log lines go to
 * standard error.
 * @throws CommandError when the process ends without an answer; it has said why on standard error
 */
export const callBundle = (invocation: Invocation, env: NodeJS.ProcessEnv): Promise<HttpResponse> =>
  new Promise((done, fail) => {
    const runtime = fork(RUNTIME, { env, execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
    runtime.once('message', (answer: HttpResponse) => done(answer));
    runtime.once('exit', (code, signal) =>
      fail(new CommandError(`The function ended without an answer (${signal ?? `exit code ${code}`})`)),
    );
    runtime.once('error', fail);
    runtime.send(invocation);
  });
