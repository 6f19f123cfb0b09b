import type { Table } from './table.ts';

/** What the client reports of a call, also of a failed one. */
type Said = { $metadata?: { attempts?: number }; UnprocessedItems?: object | undefined };

/**
 * The same table, but `onBusy` is called for each call that needed a retry or left items unprocessed: the table
 * throttled it, or was too slow. Calls of the document client are not watched.
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
