/** The part of autocannon 9 that the load uses; the package brings no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export type Request = { method: string; path: string; headers: Record<string, string>; body: Buffer };
  export type Client = { setRequests(requests: Request[]): void };
  export type Options = {
    url: string;
    connections: number;
    /** Requests in all, shared out evenly. */
    amount: number;
    /** Requests a second over all connections; as many as possible without it. */
    overallRate?: number;
    /** Called once for each connection, before its first request. */
    setupClient(client: Client): void;
  };
  export type Result = { errors: number; timeouts: number };

  /** Emits `start`, and `response` with the client, status, bytes and milliseconds. */
  const autocannon: (options: Options) => EventEmitter & Promise<Result>;
  export default autocannon;
}
