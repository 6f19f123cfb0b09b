import { ENV } from '../../contract/env-variables.ts';
import { TABLE } from '../../contract/table.ts';
import { publishedSchemas } from '../../correlate/documents/published-schemas.ts';
import { costBlocks, siteBlock } from '../cost/doc-tables.ts';
import { CommandError } from '../shared/command.ts';
import { markdownTable } from '../shared/tables.ts';

/** A generated block of a page: its file, the name in its markers, and the content between them. */
export type DocBlock = { file: string; name: string; content: string };

/** A file of the documentation that is generated as a whole. */
export type DocFile = { file: string; content: string };

/** Every generated block of the documentation. */
export const docBlocks = (): DocBlock[] => [
  { file: 'docs/configuration.md', name: 'env', content: envTable() },
  { file: 'docs/architecture.md', name: 'indexes', content: indexTable() },
  { file: 'docs/scale.md', ...siteBlock() },
  ...costBlocks().map((block) => ({ file: 'docs/cost.md', ...block })),
];

const envTable = (): string =>
  markdownTable(
    ['name', 'meaning', 'default'],
    Object.entries(ENV).map(([name, { meaning, standard }]) => [`\`${name}\``, meaning, standard]),
  );

const indexTable = (): string =>
  markdownTable(
    ['index', 'keys', 'beside the keys', 'for'],
    TABLE.indexes.map(({ name, hash, range, include, purpose }) => [
      `\`${name}\``,
      `\`${hash.name}\`, \`${range.name}\``,
      include.map((attribute: string) => `\`${attribute}\``).join(', ') || 'nothing (`KEYS_ONLY`)',
      purpose,
    ]),
  );

/** Every generated file of the documentation. */
export const docFiles = (): DocFile[] =>
  publishedSchemas().map(({ name, text }) => ({ file: `docs/schemas/${name}`, content: text }));

/**
 * The page with new content between the block's markers; the rest of it stays.
 * @throws CommandError when the page has no such markers
 */
export const replaceBlock = (page: string, { file, name, content }: DocBlock): string => {
  const begin = `<!-- made by npm run docs: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new CommandError(`${file} has no lines "${begin}" and "${end}"`);
  return `${page.slice(0, from)}${begin}\n${content}\n${page.slice(to)}`;
};
