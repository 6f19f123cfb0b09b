import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { blockText, inlineText, unknownText } from './adf-leaf.ts';

/** What stands between two pieces of text; the strongest one asked for is written. */
type Gap = '' | ' ' | '\t' | '\n';
const STRENGTH = { '': 0, ' ': 1, '\t': 2, '\n': 3 } as const;

/** Where a node stands: in a table row, which is one line, and among nodes that share a line. */
type Surroundings = { inRow: boolean; inLine: boolean };

/** Still to do: a node, a piece of text, or a gap before what comes next. */
type Task = ({ node: Json } & Surroundings) | { piece: string } | { gap: Gap };

/** Their content is one line, or several that only hard breaks part. */
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
  // Nodes we do not know share a line with the text they stand beside.
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
 * item, title and table row, without marks. Undefined when the value is no such document. Works without
 * recursion: nothing limits how deep a sender nests.
 */
export const adfText = (value: Json): string | undefined => {
  if (!isJsonObject(value) || own(value, 'type') !== 'doc') return undefined;
  const content = own(value, 'content');
  return content === undefined || Array.isArray(content) ? flatten(value) : undefined;
};
