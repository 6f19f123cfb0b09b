import * as z from 'zod/mini';
import { parseCidr } from '../../contract/env-values.ts';
import { CommandError, UsageError } from '../shared/command.ts';

/** The part that we read of https://ip-ranges.atlassian.com. */
const published = z.object({
  items: z.array(
    z.object({ cidr: z.string(), product: z.array(z.string()), direction: z.array(z.string()) }),
  ),
});

const NOT_THE_LIST =
  'is not the list that Atlassian publishes. To get it: curl -sS https://ip-ranges.atlassian.com';

/**
 * The addresses that a product sends from, as the fewest possible blocks.
 * @param name of the file, for messages
 * @throws UsageError when the text is not the published list, CommandError when it names no address of the product: an
 * empty list of allowed addresses would admit everybody
 */
export const sendingRanges = (text: string, name: string, product: string): string[] => {
  const items = parse(text, name);
  const sending = items.filter(({ direction }) => direction.includes('egress'));
  const cidrs = sending.filter((item) => item.product.includes(product)).map(({ cidr }) => cidr);
  const collapsed = collapseCidrs(cidrs);
  if (collapsed === null) throw new UsageError(`${name} ${NOT_THE_LIST}`);
  if (collapsed.length > 0) return collapsed;
  const products = [...new Set(sending.flatMap((item) => item.product))].sort().join(', ') || 'none';
  throw new CommandError(
    `${name} names no address that ${product} sends from. Products that send: ${products}`,
  );
};

const parse = (text: string, name: string): z.output<typeof published>['items'] => {
  try {
    return published.parse(JSON.parse(text)).items;
  } catch {
    throw new UsageError(`${name} ${NOT_THE_LIST}`);
  }
};

/** A block of addresses as numbers: `first` has no bit set after the prefix. */
type Block = { family: 'ipv4' | 'ipv6'; first: bigint; prefix: number };

const BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * The fewest blocks that cover exactly the given ones: IPv4 first, in order.
 * @returns null when one of them is not a CIDR block
 */
export const collapseCidrs = (texts: readonly string[]): string[] | null => {
  const blocks = texts.map(readBlock);
  if (blocks.includes(null)) return null;
  const sorted = blocks.filter((block) => block !== null).sort(inOrder);
  return sorted.reduce<Block[]>(take, []).map(showBlock);
};

const readBlock = (text: string): Block | null => {
  const cidr = parseCidr(text);
  if (cidr === null) return null;
  const { family, network, prefix } = cidr;
  const number = family === 'ipv4' ? ipv4Number(network) : ipv6Number(network);
  const rest = BigInt(BITS[family] - prefix);
  return { family, first: (number >> rest) << rest, prefix };
};

const ipv4Number = (text: string): bigint =>
  text.split('.').reduce((number, part) => (number << 8n) | BigInt(part), 0n);

/** `URL` normalizes every form of an address: groups in hex, the longest run of zeros as `::`. */
const ipv6Number = (text: string): bigint => {
  const [before = '', after] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const [head, tail] = [groups(before), groups(after)];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n);
};

/** Sorts a block before those within it. */
const inOrder = (a: Block, b: Block): number => {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.prefix - b.prefix;
};

/** Adds the next block in order to those before it, merging it with them where possible. */
const take = (before: Block[], block: Block): Block[] => {
  const last = before.at(-1);
  if (last === undefined || last.family !== block.family) return [...before, block];
  if (blockAt(block, last.prefix).first === last.first && block.prefix >= last.prefix) return before;
  const both = blockAt(block, block.prefix - 1);
  const areHalves = last.prefix === block.prefix && block.prefix > 0 && both.first === last.first;
  return areHalves ? take(before.slice(0, -1), both) : [...before, block];
};

/** The block with this prefix that contains an address. */
const blockAt = ({ family, first }: Block, prefix: number): Block => {
  const rest = BigInt(BITS[family] - Math.max(prefix, 0));
  return { family, first: (first >> rest) << rest, prefix };
};

const showBlock = ({ family, first, prefix }: Block): string =>
  `${family === 'ipv4' ? showIpv4(first) : showIpv6(first)}/${prefix}`;

const partsOf = (number: bigint, count: number, bits: bigint): bigint[] =>
  Array.from({ length: count }, (_, at) => (number >> (BigInt(count - 1 - at) * bits)) & ((1n << bits) - 1n));

const showIpv4 = (number: bigint): string => partsOf(number, 4, 8n).join('.');

const showIpv6 = (number: bigint): string => {
  const groups = partsOf(number, 8, 16n).map((part) => part.toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
};
