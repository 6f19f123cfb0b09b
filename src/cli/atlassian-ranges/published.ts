import * as z from 'zod/mini';
import { CommandError, UsageError } from '../shared/command.ts';
import { collapseCidrs } from './collapse.ts';

/** What we read of https://ip-ranges.atlassian.com. */
const published = z.object({
  items: z.array(
    z.object({ cidr: z.string(), product: z.array(z.string()), direction: z.array(z.string()) }),
  ),
});

const NOT_THE_LIST =
  'is not the list that Atlassian publishes. To get it: curl -sS https://ip-ranges.atlassian.com';

/**
 * The addresses from which a product sends, as few blocks as can be.
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
