import { type Posted, TIME_IS_UP } from './post.ts';

/** What went wrong, in our words; null for a 2xx that came whole. Says nothing of what was sent, or where. */
export const describe = (
  { status, fault }: Pick<Posted, 'status' | 'fault'>,
  seconds: number,
): string | null => {
  if (fault === TIME_IS_UP) return lateness(status, seconds);
  if (status === null) return noAnswer(fault ?? '');
  if (!isSuccess(status)) return refusal(status);
  return fault === null ? null : `answered ${status}, but the connection ended before the answer did`;
};

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

const lateness = (status: number | null, seconds: number): string =>
  status === null
    ? `no answer within ${seconds} s`
    : `answered ${status}, but the answer did not end within ${seconds} s`;

const refusal = (status: number): string => {
  if (status === 101) return 'answered 101: other protocols are not spoken';
  return status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
};

const noAnswer = (code: string): string => {
  const words = WORDS.find(({ codes }) => codes.test(code))?.words ?? 'the request failed';
  return `${words} (${code})`;
};

const WORDS = [
  { codes: /^ECONNREFUSED$/, words: 'the connection was refused' },
  { codes: /^(ECONNRESET|EPIPE)$/, words: 'the connection ended before an answer' },
  { codes: /^(E(HOST|NET)UNREACH|EADDRNOTAVAIL)$/, words: 'the address cannot be reached' },
  { codes: /^ETIMEDOUT$/, words: 'no connection in time' },
  { codes: /^HPE_/, words: 'the answer is no HTTP' },
  { codes: /CERT|SIGNATURE|ISSUER/, words: 'its certificate is not accepted' },
  { codes: /SSL|TLS|^EPROTO$/, words: 'TLS could not be agreed on' },
];
