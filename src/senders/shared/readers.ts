import { hideAddress } from '../../domain/address.ts';
import { isFullSha, isSha, parseCommitInstant, toSha } from '../../domain/commit.ts';
import { cutAtCodePoint } from '../../domain/sizes.ts';
import type { Read } from '../readers.ts';

/** The same limit as for the names of Jira's users. */
const LONGEST_NAME = 255;
const LONGEST_TITLE = 1000;
const LONGEST_BRANCH = 1000;
const LONGEST_URL = 2000;

/** Replaces lone surrogates, which UTF-8 cannot store. */
export const readMessage: Read<string> = (value) =>
  typeof value === 'string' ? value.toWellFormed() : undefined;

/** The title of a pull request as it is stored. */
export const toTitle = (text: string): string => cutAtCodePoint(text.toWellFormed(), LONGEST_TITLE);

export const readTitle: Read<string> = (value) => (typeof value === 'string' ? toTitle(value) : undefined);

export const readSha: Read<string> = (value) =>
  typeof value === 'string' && isSha(value) ? toSha(value) : undefined;

/** A full git sha, SHA-1 or SHA-256; null for an abbreviation, which does not identify a commit. */
export const readFullSha: Read<string | null> = (value) => {
  if (typeof value !== 'string') return undefined;
  if (isFullSha(value)) return toSha(value);
  return /^[0-9a-fA-F]{7,64}$/.test(value) ? null : undefined;
};

export const readInstant: Read<number> = (value) =>
  typeof value === 'string' ? (parseCommitInstant(value) ?? undefined) : undefined;

/** The number of a pull request. One beyond the safe integers has lost digits and is not a valid id. */
export const readNumber: Read<string> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;

export const readBranch: Read<string> = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_BRANCH
    ? value.toWellFormed()
    : undefined;

const BRANCHES = 'refs/heads/';

/** The branch a full ref names; null for a tag and for anything else under `refs/`. */
export const readRef: Read<string | null> = (value, note) => {
  if (typeof value !== 'string') return undefined;
  return value.startsWith(BRANCHES) ? readBranch(value.slice(BRANCHES.length), note) : null;
};

/** A branch by its name or its full ref; null for a tag, and for the empty name of a detached checkout. */
export const readNamedBranch: Read<string | null> = (value, note) => {
  if (typeof value !== 'string') return undefined;
  if (value === '') return null;
  return /^refs\/(?:heads|tags)\//.test(value) ? readRef(value, note) : readBranch(value, note);
};

/**
 * Accepts only http and https, because the URL becomes a link. A long one is not cut, since it would lead elsewhere.
 */
export const readUrl: Read<string> = (value) =>
  typeof value === 'string' && value.length <= LONGEST_URL && /^https?:\/\/[^\p{C}\p{Z}\s]+$/iu.test(value)
    ? value
    : undefined;

/**
 * The name in `Name <address>`, or a plain name, in which git allows no `<`; null when it is empty.
 * A name that is an e-mail address is hashed.
 */
export const readAuthorName: Read<string | null> = (value) => {
  if (typeof value !== 'string') return undefined;
  const name = (value.split('<', 1)[0] ?? '').toWellFormed().trim();
  return name === '' ? null : hideAddress(cutAtCodePoint(name, LONGEST_NAME));
};
