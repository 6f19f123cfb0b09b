import { readFile } from 'node:fs/promises';
import { MOST_LIST_CHARACTERS } from '../contract/env-values.ts';
import { faultCode } from '../local/start-error.ts';
import { sendingRanges } from './atlassian-ranges/published.ts';
import { newCommand, runCommand, UsageError } from './shared/command.ts';
import { typedPath } from './shared/terminal.ts';

type Options = { file: string; product: string };

const command = newCommand(
  'atlassian-ranges',
  "Turns Atlassian's published list of addresses into allowedCidrs.",
)
  .requiredOption('--file <path>', 'the list, from https://ip-ranges.atlassian.com')
  .option('--product <name>', 'product that delivers', 'jira')
  .addHelpText(
    'after',
    `
  curl -sS https://ip-ranges.atlassian.com > ranges.json
  npm run --silent atlassian-ranges -- --file ranges.json

Prints the blocks that the product sends from, separated by commas, merged where they touch. Use them as --context
allowedCidrs=… of a deploy (for all senders: add the addresses of the others) or as --allowed-cidrs of one connection.
Atlassian changes the list: repeat this when the alarm AddressesRefused says so.`,
  );

const read = async (path: string): Promise<string> => {
  try {
    return await readFile(typedPath(path), 'utf8');
  } catch (fault) {
    throw new UsageError(`${path} cannot be read (${faultCode(fault)})`);
  }
};

await runCommand(command, async () => {
  const { file, product } = command.opts<Options>();
  const ranges = sendingRanges(await read(file), file, product);
  const list = ranges.join(',');
  console.error(`${ranges.length} blocks of ${product}, ${list.length} characters`);
  if (list.length > MOST_LIST_CHARACTERS)
    console.error(
      `A deploy takes at most ${MOST_LIST_CHARACTERS} characters: leave allowedCidrs out of it. Credentials are still required.`,
    );
  console.log(list);
  return 0;
});
