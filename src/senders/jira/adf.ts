import { hideAddress } from '../../domain/address.ts';
import { LAST_INSTANT_MS, toUtcIso } from '../../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';

/** The separator between two pieces of text; the strongest one requested is written. */
type Gap = '' | ' ' | '\t' | '\n';
const STRENGTH = { '': 0, ' ': 1, '\t': 2, '\n': 3 } as const;

/** The context of a node: inside a table row, which is one line, or among nodes that share a line. */
type Surroundings = { inRow: boolean; inLine: boolean };

/** A pending task: a node, a piece of text, or a gap before the next piece. */
type Task = ({ node: Json } & Surroundings) | { piece: string } | { gap: Gap };

/** Nodes whose content is one line, or several that are separated only by hard breaks. */
const LINES = new Set<Json | undefined>([
  'paragraph',
  'heading',
  'codeBlock',
  'caption',
  'taskItem',
  'decisionItem',
]);

const isInline = (node: Json): boolean => isJsonObject(node) && inlineText(node) !== undefined;

const childrenOf = (node: JsonObject, { inRow, inLine }: Surroundings): Task[] => {
  const type = own(node, 'type');
  const content = own(node, 'content');
  if (!Array.isArray(content)) return [];
  const place = { inRow: inRow || type === 'tableRow', inLine: inLine || LINES.has(type) };
  // Unknown nodes share a line with the text beside them.
  place.inLine ||= content.some(isInline);
  return content.map((child) => ({ node: child, ...place }));
};

/** Blocks begin and end a line, but a table row is one line with a tab between its cells. */
const blockTasks = (node: JsonObject, text: string, place: Surroundings): Task[] => {
  const gap = place.inRow ? ' ' : '\n';
  const type = own(node, 'type');
  const isCell = place.inRow && (type === 'tableCell' || type === 'tableHeader');
  const children = childrenOf(node, { ...place, inLine: false });
  return [{ gap }, { piece: text }, { gap }, ...children, { gap: isCell ? '\t' : gap }];
};

const tasksOf = (node: JsonObject, place: Surroundings): Task[] => {
  const inline = inlineText(node);
  if (inline !== undefined) return [{ piece: inline }];
  const block = blockText(node);
  if (block === undefined && place.inLine) return [{ piece: unknownText(node) }, ...childrenOf(node, place)];
  return blockTasks(node, block ?? unknownText(node), place);
};

const flatten = (document: JsonObject): string => {
  const tasks: Task[] = [{ node: document, inRow: false, inLine: false }];
  let text = '';
  let gap: Gap = '';
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    if ('gap' in task) {
      if (STRENGTH[task.gap] > STRENGTH[gap]) gap = task.gap;
    } else if ('piece' in task) {
      if (task.piece === '') continue;
      text += (text === '' ? '' : gap) + task.piece;
      gap = '';
    } else if (isJsonObject(task.node)) {
      for (const next of tasksOf(task.node, task).toReversed()) tasks.push(next);
    }
  }
  return text;
};

/**
 * The text of an Atlassian Document Format document as a person reads it: one line per paragraph, heading, list
 * item, title and table row, without marks. Undefined when the value is not such a document. Works without
 * recursion, because the depth of nesting is not limited.
 */
export const adfText = (value: Json): string | undefined => {
  if (!isJsonObject(value) || own(value, 'type') !== 'doc') return undefined;
  const content = own(value, 'content');
  return content === undefined || Array.isArray(content) ? flatten(value) : undefined;
};

const attribute = (node: JsonObject, name: string): Json | undefined => {
  const attrs = own(node, 'attrs');
  return isJsonObject(attrs) ? own(attrs, name) : undefined;
};

const firstText = (...values: (Json | undefined)[]): string =>
  values.find((value): value is string => typeof value === 'string' && value !== '') ?? '';

/** ADF stores a date as epoch milliseconds at midnight UTC, in a string. */
const day = (timestamp: Json | undefined): string => {
  const isNumber = typeof timestamp === 'string' || typeof timestamp === 'number';
  const ms = isNumber ? Number(timestamp) : Number.NaN;
  return Number.isInteger(ms) && ms >= 0 && ms <= LAST_INSTANT_MS ? toUtcIso(ms).slice(0, 10) : '';
};

/** Falls back to the user's id if a sender leaves the text out; on an old server it may be an e-mail address. */
const mention = (node: JsonObject): string => {
  const id = attribute(node, 'id');
  const name = typeof id === 'number' ? String(id) : firstText(id);
  return firstText(attribute(node, 'text')) || (name && `@${hideAddress(name)}`);
};

/** A card shows its URL, else the URL or the name in its JSON-LD data. */
const card = (node: JsonObject): string => {
  const data = attribute(node, 'data');
  const linked = isJsonObject(data) ? [own(data, 'url'), own(data, 'name')] : [];
  return firstText(attribute(node, 'url'), ...linked);
};

const attributeText =
  (name: string) =>
  (node: JsonObject): string =>
    firstText(attribute(node, name));

const nothing = (): string => '';

/** Inline nodes and their text. */
const INLINE = new Map<Json | undefined, (node: JsonObject) => string>([
  ['text', (node) => firstText(own(node, 'text'))],
  ['hardBreak', () => '\n'],
  ['mention', mention],
  ['emoji', (node) => firstText(attribute(node, 'text'), attribute(node, 'shortName'))],
  ['inlineCard', card],
  ['status', attributeText('text')],
  ['date', (node) => day(attribute(node, 'timestamp'))],
  ['mediaInline', attributeText('alt')],
  ['placeholder', attributeText('text')],
  ['inlineExtension', attributeText('text')],
]);

/** Block nodes, which have lines of their own, and their text beside their content. */
const BLOCKS = new Map<Json | undefined, (node: JsonObject) => string>([
  ...[
    ['doc', 'paragraph', 'heading', 'rule', 'codeBlock', 'blockquote', 'panel', 'caption'],
    ['bulletList', 'orderedList', 'listItem', 'taskList', 'taskItem', 'blockTaskItem'],
    ['decisionList', 'decisionItem', 'table', 'tableRow', 'tableCell', 'tableHeader'],
    ['mediaSingle', 'mediaGroup', 'layoutSection', 'layoutColumn'],
  ]
    .flat()
    .map((type) => [type, nothing] as const),
  ['expand', attributeText('title')],
  ['nestedExpand', attributeText('title')],
  ['media', attributeText('alt')],
  ['blockCard', card],
  ['embedCard', card],
  ['extension', attributeText('text')],
  ['bodiedExtension', attributeText('text')],
]);

/** The text of an inline node of the Atlassian Document Format, or undefined for any other. */
const inlineText = (node: JsonObject): string | undefined => INLINE.get(own(node, 'type'))?.(node);

/** The text a block shows beside its content, or undefined for a node that is not a known block. */
const blockText = (node: JsonObject): string | undefined => BLOCKS.get(own(node, 'type'))?.(node);

/** The probable text of an unknown node: Atlassian adds new ones, and apps have their own. */
const unknownText = (node: JsonObject): string =>
  firstText(own(node, 'text'), attribute(node, 'text'), attribute(node, 'title'), attribute(node, 'alt'));
