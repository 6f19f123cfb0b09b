/** A value of an item as it travels: one of `{"S": "text"}`, `{"N": "1"}`, `{"B": "base64"}` and so on. */
type Wire = Record<string, unknown>;

const isRecord = (value: unknown): value is Wire => typeof value === 'object' && value !== null;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** One byte for two significant digits and one more; another one for a minus. */
const numberBytes = (text: string): number => {
  const [mantissa = ''] = text.toLowerCase().split('e');
  const digits = mantissa
    .replace('.', '')
    .replace(/^[-+]?0*/, '')
    .replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
};

const binaryBytes = (value: unknown): number =>
  value instanceof Uint8Array ? value.length : Buffer.from(String(value), 'base64').length;

/** A list or a map costs three bytes and one for each of its members. */
const members = (bytes: number[]): number => 3 + sum(bytes.map((one) => one + 1));

const SIZES: Record<string, (content: unknown) => number> = {
  S: (content) => Buffer.byteLength(String(content)),
  N: (content) => numberBytes(String(content)),
  B: binaryBytes,
  BOOL: () => 1,
  NULL: () => 1,
  SS: (content) => sum(list(content).map((one) => Buffer.byteLength(String(one)))),
  NS: (content) => sum(list(content).map((one) => numberBytes(String(one)))),
  BS: (content) => sum(list(content).map(binaryBytes)),
  L: (content) => members(list(content).map(valueBytes)),
  M: (content) =>
    members(Object.entries(isRecord(content) ? content : {}).map(([name, value]) => pairBytes(name, value))),
};

const valueBytes = (value: unknown): number => {
  const [type, content] = isRecord(value) ? (Object.entries(value)[0] ?? []) : [];
  const size = type === undefined ? undefined : SIZES[type];
  if (!size) throw new Error(`No DynamoDB value has the type ${type}`);
  return size(content);
};

const pairBytes = (name: string, value: unknown): number => Buffer.byteLength(name) + valueBytes(value);

/**
 * Bytes of an item by DynamoDB's rules (developer guide, "DynamoDB item sizes and formats"), which the write
 * units are counted by. `item` as the protocol carries it, or with binary values as bytes.
 */
export const itemBytes = (item: unknown): number =>
  sum(Object.entries(isRecord(item) ? item : {}).map(([name, value]) => pairBytes(name, value)));
