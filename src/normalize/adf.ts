import { isJsonObject, type Json, type JsonObject, own } from '../domain/json.ts';
import { cardText, leafText } from './adf-leaf.ts';

/** What stands between two pieces of text; the strongest one asked for is written. */
type Gap = '' | ' ' | '\t' | '\n';
const STRENGTH = { '': 0, ' ': 1, '\t': 2, '\n': 3 } as const;

/** Still to do: a node, or the end of a block with the gap it leaves. */
type Task = { node: Json; inRow: boolean } | { gap: Gap };

/** Blocks end a line, but a table row is one line with a tab between its cells. */
const gapAfter = (type: Json | undefined, inRow: boolean): Gap => {
  if (!inRow) return '\n';
  return type === 'tableCell' || type === 'tableHeader' ? '\t' : ' ';
};

const pushChildren = (tasks: Task[], node: JsonObject, inRow: boolean): void => {
  const type = own(node, 'type');
  const content = own(node, 'content');
  tasks.push({ gap: gapAfter(type, inRow) });
  if (!Array.isArray(content)) return;
  for (const child of content.toReversed()) tasks.push({ node: child, inRow: inRow || type === 'tableRow' });
};

const flatten = (document: JsonObject): string => {
  const tasks: Task[] = [{ node: document, inRow: false }];
  let text = '';
  let gap: Gap = '';
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    if ('gap' in task) {
      if (STRENGTH[task.gap] > STRENGTH[gap]) gap = task.gap;
      continue;
    }
    if (!isJsonObject(task.node)) continue;
    const leaf = leafText(task.node);
    const piece = leaf ?? cardText(task.node);
    if (piece !== '') {
      text += (text === '' ? '' : gap) + piece;
      gap = '';
    }
    if (leaf === undefined) pushChildren(tasks, task.node, task.inRow);
  }
  return text;
};

/**
 * The text of an Atlassian Document Format document, one line per paragraph, heading, list item and table
 * row, without marks. Undefined when the value is no such document. Works without recursion: nothing limits
 * how deep a sender nests.
 */
export const adfText = (value: Json): string | undefined => {
  if (!isJsonObject(value) || own(value, 'type') !== 'doc') return undefined;
  const content = own(value, 'content');
  return content === undefined || Array.isArray(content) ? flatten(value) : undefined;
};
