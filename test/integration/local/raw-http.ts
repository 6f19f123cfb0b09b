import { connect, type Socket } from 'node:net';

/** A bare connection to a server, for what no HTTP client would send. */
export type RawConnection = {
  socket: Socket;
  send(bytes: string | Buffer): void;
  /** Everything received so far, one character a byte. */
  received(): string;
  /** Resolves when the text has been received; rejects when the connection closes without it. */
  until(text: string): Promise<string>;
  /** Everything received, when the server has closed the connection. */
  closed: Promise<string>;
};

export const openRaw = (url: string): RawConnection => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  const closed = new Promise<string>((done) => socket.once('close', () => done(text)));
  const until = (wanted: string) =>
    new Promise<string>((done, fail) => {
      const look = () => text.includes(wanted) && done(text);
      socket.on('data', look);
      look();
      void closed.then(() => fail(new Error(`closed after: ${text}`)));
    });
  return { socket, send: (bytes) => socket.write(bytes), received: () => text, until, closed };
};

export type RawAnswer = { status: number; headers: Map<string, string>; body: string };

/** Sends bytes, ends our side, and answers what came back until the server closed. */
export const exchange = async (url: string, bytes: string | Buffer): Promise<RawAnswer[]> => {
  const connection = openRaw(url);
  connection.socket.end(bytes);
  return parseAnswers(await connection.closed);
};

/** Splits what a server sent into its answers by their Content-Length. @throws when it is no valid HTTP. */
export const parseAnswers = (text: string): RawAnswer[] => {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) .+$/.exec(statusLine)?.[1];
    if (end === -1 || status === undefined) throw new Error(`no HTTP answer: ${rest.slice(0, 200)}`);
    const headers = new Map(lines.map((line) => splitHeader(line)));
    const length = Number(headers.get('content-length') ?? 0);
    const body = rest.slice(end + 4, end + 4 + length);
    if (body.length !== length) throw new Error(`a cut off body: ${rest.slice(0, 200)}`);
    answers.push({ status: Number(status), headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
};

const splitHeader = (line: string): [string, string] => {
  const colon = line.indexOf(':');
  if (colon < 1) throw new Error(`no header: ${line}`);
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
};
