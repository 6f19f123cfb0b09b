import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');

export type Page = { file: string; text: string };

const load = (file: string): Page => ({ file, text: readFileSync(join(PROJECT, file), 'utf8') });

/** README and every page under `docs/`. */
export const pages: Page[] = [
  'README.md',
  ...readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort(),
].map(load);

/** @throws when there is no such page */
export const page = (file: string): string => {
  const found = pages.find((one) => one.file === file);
  if (!found) throw new Error(`no page ${file}`);
  return found.text;
};

const FENCE = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

/** The fenced blocks of a page in this language. */
export const codeBlocks = (text: string, language: string): string[] =>
  [...text.matchAll(FENCE)].filter((match) => match[2] === language).map((match) => match[3] ?? '');

const withoutBlocks = (text: string): string => text.replaceAll(FENCE, '');

/** What stands between single backticks. */
export const inlineCode = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

/** Every condition by which a page searches a log. */
export const logSearches: { file: string; log: string; condition: string }[] = pages.flatMap(
  ({ file, text }) =>
    [...codeBlocks(text, 'bash'), ...inlineCode(text)].flatMap((code) =>
      [...code.matchAll(/search_log "?(\w+)\S* '\{ ([^']+) \}'/g)].flatMap(([, log = '', conditions = '']) =>
        conditions.split(' && ').map((condition) => ({ file, log, condition })),
      ),
    ),
);

/** The rows of the table under this head, each as its cells. */
export const tableRows = (text: string, head: string): string[][] => {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.startsWith(`| ${head} `));
  const rows = lines.slice(begin + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return (begin === -1 ? [] : rows.slice(0, end)).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

/** The anchors GitHub makes of a page's headings. */
const anchors = (text: string): Set<string> =>
  new Set(
    [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

/** Relative links of a page that lead nowhere. */
export const brokenLinks = ({ file, text }: Page): string[] => {
  const targets = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const linked = path === '' ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(PROJECT, linked))) return true;
    return anchor !== undefined && !anchors(readFileSync(join(PROJECT, linked), 'utf8')).has(anchor);
  });
};

export const linkCount = pages.flatMap(({ text }) => [...text.matchAll(/\]\([^)\s]+\)/g)]).length;
