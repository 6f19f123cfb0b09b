import { hideAddress } from '../../domain/address.ts';
import { LAST_INSTANT_MS, toUtcIso } from '../../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';

const attribute = (node: JsonObject, name: string): Json | undefined => {
  const attrs = own(node, 'attrs');
  return isJsonObject(attrs) ? own(attrs, name) : undefined;
};

const firstText = (...values: (Json | undefined)[]): string =>
  values.find((value): value is string => typeof value === 'string' && value !== '') ?? '';

/** ADF keeps a date as epoch milliseconds at midnight UTC, written as a string. */
const day = (timestamp: Json | undefined): string => {
  const isNumber = typeof timestamp === 'string' || typeof timestamp === 'number';
  const ms = isNumber ? Number(timestamp) : Number.NaN;
  return Number.isInteger(ms) && ms >= 0 && ms <= LAST_INSTANT_MS ? toUtcIso(ms).slice(0, 10) : '';
};

/** Senders that know only whom they mean leave the text out; a user of an old server may be an address. */
const mention = (node: JsonObject): string => {
  const id = attribute(node, 'id');
  const name = typeof id === 'number' ? String(id) : firstText(id);
  return firstText(attribute(node, 'text')) || (name && `@${hideAddress(name)}`);
};

/** A card shows its address, or the name and address in what it was made from (JSON-LD). */
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

/** What stands within a line. */
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

/** What stands on lines of its own, by the text it has beside its content. */
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
export const inlineText = (node: JsonObject): string | undefined => INLINE.get(own(node, 'type'))?.(node);

/** The text a block shows beside its content, or undefined for what is no block we know. */
export const blockText = (node: JsonObject): string | undefined => BLOCKS.get(own(node, 'type'))?.(node);

/** What a node we do not know most likely shows: new ones are added, and apps have their own. */
export const unknownText = (node: JsonObject): string =>
  firstText(own(node, 'text'), attribute(node, 'text'), attribute(node, 'title'), attribute(node, 'alt'));
