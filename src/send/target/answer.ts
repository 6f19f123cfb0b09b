import type { Attempt, ExecutionResult } from '../../domain/execution.ts';
import type { Posted } from './post.ts';

/** What is kept of an answer, with the attempt and as the execution's result; nothing where none came. */
export type Kept = Pick<Attempt, 'response_headers' | 'response_body'> & { answer: ExecutionResult | null };

const MOST_RESULT_BYTES = 65_536;
const MOST_BODY_BYTES = 8_192;
const MOST_HEADER_BYTES = 4_096;

/** @param hide takes out what must not be shown again */
export const keepAnswer = ({ status, headers, body, cut }: Posted, hide: (text: string) => string): Kept => {
  if (status === null) return { response_headers: {}, response_body: null, answer: null };
  const text = hide(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body, { stream: cut }));
  const result = firstBytes(text, MOST_RESULT_BYTES);
  return {
    response_headers: keptHeaders(headers, hide),
    response_body: firstBytes(text, MOST_BODY_BYTES),
    answer: {
      status,
      content_type: headers['content-type'] === undefined ? null : hide(headers['content-type']),
      body: result,
      truncated: cut || result.length < text.length,
    },
  };
};

/** The longest beginning that takes so many bytes as UTF-8, whole characters only. */
const firstBytes = (text: string, most: number): string => {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, most), { stream: true });
};

/** The first of them that fit, the last one of those cut. */
const keptHeaders = (headers: Record<string, string>, hide: (text: string) => string) => {
  let room = MOST_HEADER_BYTES;
  const kept = Object.entries(headers).flatMap(([name, value]) => {
    room -= Buffer.byteLength(name);
    if (room <= 0) return [];
    const text = firstBytes(hide(value), room);
    room -= Buffer.byteLength(text);
    return [[name, text]];
  });
  return Object.fromEntries(kept);
};
