import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/**
 * What the runtime does: load the file, call the handler with one event after the other. No package can be
 * found, wherever the machine has some: only Node's own modules and the file itself.
 */
const RUNTIME = `
import { createWriteStream } from 'node:fs';
import { isBuiltin, registerHooks } from 'node:module';
import { createInterface } from 'node:readline';
registerHooks({
  resolve(specifier, context, next) {
    if (isBuiltin(specifier) || specifier.startsWith('./')) return next(specifier, context);
    throw new Error('there is no ' + specifier);
  },
});
const answers = createWriteStream('', { fd: 3 });
const say = (value) => answers.write(JSON.stringify(value ?? null) + '\\n');
say(await import('zod').then(() => 'a package is in reach', (fault) => fault.message));
const { handler } = await import('./index.mjs');
say(typeof handler);
for await (const line of createInterface({ input: process.stdin }))
  say(await handler(JSON.parse(line), { awsRequestId: 'r', getRemainingTimeInMillis: () => 29000 }));
`;

export type LambdaProcess = {
  /** What importing a package gave, and the type of the exported handler. */
  greeting: [string, string];
  invoke(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2>;
  /** The same for a function that no gateway calls. */
  call(event: object): Promise<unknown>;
  /** Everything it logged, when it has ended. */
  end(): Promise<string[]>;
};

/** Starts a clean Node in this folder, which holds `index.mjs`, with this environment and no other. */
export const startLambda = async (folder: string, env: Record<string, string>): Promise<LambdaProcess> => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', RUNTIME], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  // With this stdio they are all there; the general type does not say so.
  const [stdin, stdout, stderr, answers] = child.stdio as [Writable, Readable, Readable, Readable, null];
  const logged: string[] = [];
  for (const stream of [stdout, stderr])
    createInterface({ input: stream }).on('line', (line) => logged.push(line));
  const lines = createInterface({ input: answers })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the function ended: ${logged.join('\n')}`);
    return JSON.parse(value);
  };
  const closed = once(child, 'close');
  const send = async (event: object) => {
    stdin.write(`${JSON.stringify(event)}\n`);
    return next();
  };
  return {
    greeting: [await next(), await next()],
    invoke: send,
    call: send,
    end: async () => {
      stdin.end();
      await closed;
      return logged;
    },
  };
};
