import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { ROUTES, type Route, type RouteName } from '../../contract/routes.ts';
import { COMMIT_SOURCES, type Source } from '../../domain/source.ts';
import { matchRoute } from '../../http/dispatch.ts';
import { faultCode } from '../../local/start-error.ts';
import { SENDERS } from '../../senders/registry.ts';
import { UsageError } from '../shared/command.ts';
import { signatureOf } from '../shared/exchange.ts';

/** A header with this value gets the signature of the event's body, or the token of a sender that does not sign. */
export const SIGN_ME = 'sha256=SIGN-ME';

/** What the handlers read of an HTTP API event; the rest is passed on unchanged. */
const schema = z.looseObject({
  version: z.literal('2.0'),
  rawPath: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.optional(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.looseObject({ http: z.looseObject({ method: z.string(), sourceIp: z.string() }) }),
});

/** Reads an HTTP API event (payload format 2.0) from a file. @throws UsageError when it is not one */
export const readEventFile = (name: string): APIGatewayProxyEventV2 =>
  // Checked above as far as the handlers read it; the rest of the type is not in every file.
  parse(name) as unknown as APIGatewayProxyEventV2;

const parse = (name: string): z.output<typeof schema> => {
  try {
    return schema.parse(JSON.parse(readFileSync(name, 'utf8')));
  } catch (fault) {
    const reason = fault instanceof z.core.$ZodError ? z.prettifyError(fault) : faultCode(fault);
    throw new UsageError(`${name} is not an API Gateway HTTP API event (payload format 2.0): ${reason}`);
  }
};

/** True when a header asks for the signature, so that a secret is needed. */
export const wantsSignature = ({ headers }: APIGatewayProxyEventV2): boolean =>
  Object.values(headers).includes(SIGN_ME);

/** The event with every placeholder replaced by the signature of its body's bytes, or by its sender's token. */
export const signEvent = (event: APIGatewayProxyEventV2, secret: string): APIGatewayProxyEventV2 => {
  const isToken = 'token' in SENDERS[sourceOf(event)].scheme;
  const proof = isToken ? secret : signatureOf(secret, bodyOf(event));
  const headers = Object.entries(event.headers).map(([name, value]) => [
    name,
    value === SIGN_ME ? proof : value,
  ]);
  return { ...event, headers: Object.fromEntries(headers) };
};

const bodyOf = ({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): Buffer =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');

/** The source whose secret signs the event; Jira if the route has no source. */
export const sourceOf = (event: APIGatewayProxyEventV2): Source => {
  const name = routeOf(event);
  return COMMIT_SOURCES.find((source) => name === `${source}-webhook`) ?? 'jira';
};

const routeOf = ({ requestContext, rawPath }: APIGatewayProxyEventV2): RouteName | null => {
  const match = matchRoute(requestContext.http.method, rawPath);
  return match.kind === 'found' ? match.name : null;
};

/** The function that the gateway would call; without a route it is ingest, which answers 404 or 405. */
export const functionFor = (event: APIGatewayProxyEventV2): Route['served_by'] => {
  const name = routeOf(event);
  return ROUTES.find((route) => route.name === name)?.served_by ?? 'ingest';
};
