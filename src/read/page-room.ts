import { answerBytes, MOST_PAGE_BYTES } from '../domain/answer-bytes.ts';

/** Bytes decompressed for one page at most: they cost time and memory, whether or not they are shown. */
const MOST_READ_BYTES = 64_000_000;

export type PageRoom = {
  /** Takes an item's place, unless the page has something already and not enough room for this too. */
  take(item: unknown): boolean;
  /** Notes that this much was read for the next item; false when that was enough for one page. */
  read(bytes: number): boolean;
};

/** Room for one page of a listing. Its first item always has room: every item fits into an answer. */
export const newPageRoom = (): PageRoom => {
  let shown = 0;
  let read = 0;
  return {
    take: (item) => {
      const bytes = answerBytes(item) + 1;
      if (shown > 0 && shown + bytes > MOST_PAGE_BYTES) return false;
      shown += bytes;
      return true;
    },
    read: (bytes) => {
      const enough = read > 0 && read + bytes > MOST_READ_BYTES;
      read += bytes;
      return !enough;
    },
  };
};
