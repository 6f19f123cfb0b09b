/**
 * Smart values of Jira Automation, as far as our bodies use them, by Atlassian's pages: text, sections over lists,
 * `{{^last}}`, `{{#if(…)}}`, and three functions. Where those pages leave something open, a test says which way it goes.
 */
export type Reading = {
  /** What `asJsonStringArray` makes of an empty list. */
  emptyArray: '[]' | '';
  /** Whether `jsonEncode` writes a slash as `\/`, as one of Java's libraries does. */
  escapesSlashes: boolean;
};

type Scope = { here: unknown; root: Record<string, unknown>; last: boolean };

type Node = { text: string } | { value: string } | { section: string; inner: Node[] };

/** A body as it leaves Jira. */
export const renderSmartValues = (
  template: string,
  root: Record<string, unknown>,
  reading: Reading,
): string => {
  const parts = template.split(/\{\{(.*?)\}\}/s);
  const { nodes, next } = readNodes(parts, 0, false);
  if (next < parts.length) throw new Error('a section ends that did not begin');
  return renderAll(nodes, { here: root, root, last: true }, reading);
};

/** Odd parts are what stood in braces. */
const readNodes = (parts: string[], from: number, isInner: boolean): { nodes: Node[]; next: number } => {
  const nodes: Node[] = [];
  for (let at = from; at < parts.length; at++) {
    const part = parts[at] ?? '';
    if (at % 2 === 0) nodes.push({ text: part });
    else if (part === '/') return { nodes, next: at + 1 };
    else if (/^[#^]/.test(part)) {
      const { nodes: inner, next } = readNodes(parts, at + 1, true);
      nodes.push({ section: part, inner });
      at = next - 1;
    } else nodes.push({ value: part });
  }
  if (isInner) throw new Error('a section does not end');
  return { nodes, next: parts.length };
};

const renderAll = (nodes: Node[], scope: Scope, reading: Reading): string =>
  nodes.map((node) => renderOne(node, scope, reading)).join('');

const renderOne = (node: Node, scope: Scope, reading: Reading): string => {
  if ('text' in node) return node.text;
  if ('value' in node) return String(readPath(node.value, scope, reading) ?? '');
  const { section, inner } = node;
  if (section === '^last') return scope.last ? '' : renderAll(inner, scope, reading);
  const condition = /^#if\((not\()?(.+?)\)+$/.exec(section);
  if (condition) {
    const holds = readPath(condition[2] ?? '', scope, reading) === true;
    return holds === (condition[1] === undefined) ? renderAll(inner, scope, reading) : '';
  }
  const list = readPath(section.slice(1), scope, reading);
  if (!Array.isArray(list)) return '';
  return list
    .map((here, index) => renderAll(inner, { ...scope, here, last: index === list.length - 1 }, reading))
    .join('');
};

const readPath = (path: string, { here, root }: Scope, reading: Reading): unknown => {
  const steps = path.match(/(?:\([^)]*\)|[^.])+/g) ?? [];
  const start = Object.hasOwn(root, steps[0] ?? '') ? root : here;
  return steps.reduce<unknown>((value, step) => apply(value, step, reading), start);
};

const apply = (value: unknown, step: string, { emptyArray, escapesSlashes }: Reading): unknown => {
  if (step === 'isEmpty') return !Array.isArray(value) || value.length === 0;
  if (value === null || value === undefined) return undefined;
  if (step === 'jsonEncode') {
    const encoded = JSON.stringify(String(value)).slice(1, -1);
    return escapesSlashes ? encoded.replaceAll('/', '\\/') : encoded;
  }
  if (step === 'asJsonStringArray')
    return Array.isArray(value) && value.length > 0 ? JSON.stringify(value.map(String)) : emptyArray;
  if (step.startsWith('format(')) return String(value);
  return (value as Record<string, unknown>)[step];
};
