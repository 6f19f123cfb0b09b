import { HOME } from '../../wiring/open.ts';
import { CommandError, UsageError } from '../shared/command.ts';
import type { ManageApi } from './api.ts';

type Named<Row> = { thing: string; named: string | undefined; idOf(row: Row): string };

/**
 * The row that has the name, where only one does; without a name the only one there is.
 * @throws UsageError when several could be meant, CommandError when there is none
 */
export const findNamed = <Row extends { name: string }>(
  { tenant }: ManageApi,
  all: readonly Row[],
  { thing, named, idOf }: Named<Row>,
): Row => {
  const [row, ...others] = named === undefined ? all : all.filter(({ name }) => name === named);
  if (row === undefined) throw new CommandError(nothingNamed(tenant ?? HOME, thing, named));
  if (others.length === 0) return row;
  const lines = [row, ...others].map((one) => `  ${idOf(one)}  ${one.name}`);
  throw new UsageError(`Which one? Name its id:\n${lines.join('\n')}`);
};

const nothingNamed = (tenant: string, thing: string, named: string | undefined): string =>
  `In tenant ${tenant} there is no ${thing}${named === undefined ? '' : ` with the id or name ${named}`}. Other tenants: --tenant NAME. To see all: npm run ${thing}s -- list`;
