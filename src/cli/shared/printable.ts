/** Text of others, without what would move a terminal's cursor or change its colours; its lines stay. */
export const printable = (text: string): string => text.replaceAll(/(?![\n\t])\p{C}/gu, '?');
