import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { COMPILE_CACHE } from './compile-cache.ts';

const answered = z.object({ id: z.number(), value: z.optional(z.unknown()), fault: z.optional(z.string()) });

type Waiting = { resolve: (value: unknown) => void; reject: (fault: Error) => void };

const waiting = new Map<number, Waiting>();
let calls = 0;
let helper: ChildProcess | null = null;

const settle = (message: unknown): void => {
  const { id, value, fault } = answered.parse(message);
  const call = waiting.get(id);
  waiting.delete(id);
  if (fault === undefined) call?.resolve(value);
  else call?.reject(new Error(fault));
};

/** Nobody waits for it: it ends with this process, whose channel it listens to. */
const start = (): ChildProcess => {
  const env = { ...process.env, ...COMPILE_CACHE };
  const child = fork(join(import.meta.dirname, 'small-process.ts'), { execArgv: [], env });
  child.on('message', settle);
  child.once('exit', (code) => {
    helper = null;
    for (const { reject } of waiting.values()) reject(new Error(`the small process ended with ${code}`));
    waiting.clear();
  });
  child.unref();
  child.channel?.unref();
  return child;
};

/**
 * Calls what a module exports in a small process of this worker's. Starting a process copies the page tables of the
 * one that does it, and a worker is large: what starts git twenty times costs half as much from there.
 */
export const callBeside = (file: string, name: string, args: readonly unknown[]): Promise<unknown> => {
  helper ??= start();
  const { channel } = helper;
  calls += 1;
  const id = calls;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  waiting.set(id, { resolve, reject });
  channel?.ref();
  helper.send({ id, file, name, args });
  return promise.finally(() => {
    if (waiting.size === 0) channel?.unref();
  });
};
