import type { Request } from 'autocannon';
import { bodyWith, nextMarks, signedRequest } from '../bench/http/bodies.ts';

/** A share of each kind: issues everybody works on, issues that are known, and new ones. */
const HOT_SHARE = 0.2;
const NEW_SHARE = 0.3;
const HOT_ISSUES = 5;
const KNOWN_ISSUES = 500;
/** A share of deliveries comes twice. */
const DUPLICATE_SHARE = 0.05;

const LEAST_BYTES = 1_000;
const MOST_BYTES = 50_000;

/** Real text repeats words; random letters would not compress, and the same letter too well. */
const WORDS =
  'cart total login invoice tax rounding search colour form checkout refund order basket page error fails when after the a of in user sees wrong'.split(
    ' ',
  );

let state = 1;
let newest = 100_000;

const random = (): number => {
  state = (state * 48271) % 2147483647;
  return (state - 1) / 2147483646;
};

const text = (bytes: number): string => {
  const words: string[] = [];
  for (let length = 0; length < bytes; ) {
    const word = WORDS[Math.floor(random() * WORDS.length)] ?? '';
    words.push(word);
    length += word.length + 1;
  }
  return words.join(' ');
};

/** Small bodies are common and large ones rare: even on a logarithmic scale. */
const size = (): number => LEAST_BYTES * (MOST_BYTES / LEAST_BYTES) ** random();

/** What a description of mean size says: `size` is even on a logarithmic scale. */
export const meanText = (): string => text((MOST_BYTES - LEAST_BYTES) / Math.log(MOST_BYTES / LEAST_BYTES));

const issue = (): { number: number; isNew: boolean } => {
  const drawn = random();
  if (drawn < HOT_SHARE) return { number: Math.floor(random() * HOT_ISSUES), isNew: false };
  if (drawn > 1 - NEW_SHARE) {
    newest += 1;
    return { number: newest, isNew: true };
  }
  return { number: HOT_ISSUES + Math.floor(random() * KNOWN_ISSUES), isNew: false };
};

const request = (): Request => {
  const { number, isNew } = issue();
  const event = isNew ? 'jira:issue_created' : 'jira:issue_updated';
  return signedRequest(bodyWith(nextMarks(number), event, text(size())));
};

/** Signed deliveries of many sizes, of hot, known and new issues, some of them twice. Never the same twice otherwise. */
export const mixedDeliveries = (count: number): Request[] => {
  const requests: Request[] = [];
  while (requests.length < count) {
    const one = request();
    requests.push(one);
    if (random() < DUPLICATE_SHARE && requests.length < count) requests.push(one);
  }
  return requests;
};
