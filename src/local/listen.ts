import type { Server } from 'node:http';
import { faultCode, StartError } from './start-error.ts';

const explain = (code: string, host: string, port: number): string => {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken: set PORT to another one (0: any free one), or stop what uses it`;
  if (code === 'EACCES') return `Port ${port} needs more rights: set PORT to 1024 or higher`;
  return `Cannot listen on HOST ${host}, PORT ${port} (${code}): set HOST to an address of this machine`;
};

/** Starts listening. @throws StartError that names the variable to set. */
export const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((done, fail) => {
    const onError = (fault: Error) => fail(new StartError(explain(faultCode(fault), host, port)));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      done();
    });
  });

/** Where a client on this machine reaches it: an address for all interfaces is no address to call. */
export const urlOf = (server: Server, host: string): string => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`;
};
