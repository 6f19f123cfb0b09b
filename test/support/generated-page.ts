import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { sha256Hex } from '../../src/domain/event-id.ts';

/**
 * Parts of pages that a measuring command writes: between two comments, the first with a checksum of what follows,
 * so that a figure changed by hand shows.
 */
const BLOCK =
  /<!-- measured (?<name>[\w-]+) (?<sum>[0-9a-f]{16}) -->\n(?<text>[\s\S]*?)<!-- end of measured \k<name> -->/g;

const checksum = (text: string): string => sha256Hex(text).slice(0, 16);

const blockOf = (name: string, text: string): string =>
  `<!-- measured ${name} ${checksum(text)} -->\n${text}<!-- end of measured ${name} -->`;

/** The page with the block of this name replaced. @throws Error when the page has no such block */
export const replaceMeasured = (page: string, name: string, content: string): string => {
  const start = page.search(new RegExp(`<!-- measured ${name} `));
  const endMark = `<!-- end of measured ${name} -->`;
  const end = page.indexOf(endMark);
  if (start < 0 || end < start) throw new Error(`the page has no measured block ${name}`);
  return page.slice(0, start) + blockOf(name, `\n${content.trim()}\n\n`) + page.slice(end + endMark.length);
};

/** Writes the block into the page on disk. */
export const writeMeasured = (file: string, name: string, content: string): void => {
  if (!existsSync(file)) throw new Error(`${file} is missing: it holds the words around the figures`);
  writeFileSync(file, replaceMeasured(readFileSync(file, 'utf8'), name, content));
};

/** Names of the blocks of a page, and those whose text is not what the command wrote. */
export const checkMeasured = (page: string): { names: string[]; changed: string[] } => {
  const blocks = [...page.matchAll(BLOCK)].map(({ groups }) => groups ?? {});
  return {
    names: blocks.map(({ name = '' }) => name),
    changed: blocks.filter(({ sum, text = '' }) => sum !== checksum(text)).map(({ name = '' }) => name),
  };
};
