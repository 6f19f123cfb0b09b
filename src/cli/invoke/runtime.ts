import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { HttpHandler } from '../../http/dispatch.ts';
import type { HttpResponse } from '../../http/response.ts';
import { localContext } from '../../local/lambda-input.ts';

/** The one call this process makes. */
export type Invocation = { bundle: string; event: APIGatewayProxyEventV2 };

const answer = async ({ bundle, event }: Invocation): Promise<HttpResponse> => {
  const loaded: { handler: HttpHandler } = await import(pathToFileURL(bundle).href);
  return loaded.handler(event, localContext('local', Date.now));
};

const fail = (fault: unknown): void => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exit(1);
};

/**
 * Replaces the Lambda runtime, in a process of its own with nothing but the function's environment: loads
 * the bundle, calls its handler and sends the answer to the parent.
 */
process.once('message', (invocation: Invocation) => {
  answer(invocation).then((result) => process.send?.(result, () => process.exit()), fail);
});
