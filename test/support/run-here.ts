import { resolve } from 'node:path';
import { format } from 'node:util';
import pLimit from 'p-limit';
import { PROJECT_FOLDER } from '../../src/local/project.ts';

type Ended = { code: unknown; stdout: string; stderr: string };

/** A process has one environment and one standard output. */
const oneAtATime = pLimit(1);
let runs = 0;

/** Keeps what is written to a stream, or by the console to it. @returns what ends that, and gives the text */
const capture = (name: 'stdout' | 'stderr', method: 'log' | 'error'): (() => string) => {
  const stream = process[name];
  const { write } = stream;
  const say = console[method];
  let text = '';
  // Not by `vi`: what ends beside this one would take its mocks back.
  stream.write = (part: unknown, ...rest: unknown[]): boolean => {
    text += String(part);
    for (const done of rest) if (typeof done === 'function') done(null);
    return true;
  };
  console[method] = (...parts) => {
    text += `${format(...parts)}\n`;
  };
  return () => {
    stream.write = write;
    console[method] = say;
    stream.removeAllListeners('error');
    return text;
  };
};

const run = async (file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> => {
  const before = { argv: process.argv, env: process.env, exitCode: process.exitCode };
  const endOut = capture('stdout', 'log');
  const endErr = capture('stderr', 'error');
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  Object.assign(process, { argv: [process.execPath, file, ...args], env: Object.fromEntries(given) });
  process.exitCode = undefined;
  runs += 1;
  try {
    // A module runs once: a query makes it another one.
    await import(`${resolve(PROJECT_FOLDER, file)}?${runs}`);
    return { code: process.exitCode, stdout: endOut(), stderr: endErr() };
  } finally {
    Object.assign(process, before);
    endOut();
    endErr();
  }
};

/**
 * Runs a command in this process as one of its own would run it, with only this environment: to start one takes a
 * hundred times as long as most commands do. It must wait for all it does.
 */
export const runHere = (file: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  oneAtATime(() => run(file, args, env));
