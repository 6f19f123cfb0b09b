import type { Table } from './table.ts';

/** What the client says of a call, of one that failed too. */
type Said = { $metadata?: { attempts?: number }; UnprocessedItems?: object | undefined };

/**
 * The same table; `onBusy` hears of each call that it did not take whole and at the first try: throttled, or too slow.
 * Calls of the document client are not watched.
 */
export const watchTable = (table: Table, onBusy: () => void): Table => {
  const { client } = table;
  const note = ({ $metadata, UnprocessedItems = {} }: Said): void => {
    if (($metadata?.attempts ?? 1) > 1 || Object.keys(UnprocessedItems).length > 0) onBusy();
  };
  const send = async (command: never) => {
    try {
      const answer = await client.send(command);
      note(answer);
      return answer;
    } catch (fault) {
      note(Object(fault));
      throw fault;
    }
  };
  return {
    name: table.name,
    client: Object.assign(Object.create(client), { send }),
    get documentClient() {
      return table.documentClient;
    },
  };
};
