import { updateIf } from '../calls/conditional-write.ts';
import { getItem, type Key, type Place } from '../calls/table.ts';

/** The Phoenix day on which the ages of secrets were last checked; null before the first check. */
export const readAgesDay = async ({ table, tenant, signal }: Place): Promise<string | null> => {
  const row = await getItem({ table, signal }, agesKey(tenant));
  return typeof row?.looked_on === 'string' ? row.looked_on : null;
};

/** Stores that they were checked on this day; a later day stays. */
export const noteAgesDay = async ({ table, tenant, signal }: Place, day: string): Promise<void> => {
  const write = {
    update: 'SET looked_on = :day',
    condition: 'attribute_not_exists(looked_on) OR looked_on < :day',
    values: { ':day': day },
  };
  await updateIf({ table, signal }, { key: agesKey(tenant), ...write });
};

/** Beside the mark of the sweep, which does the check. */
const agesKey = (tenant: string): Key => ({ pk: `SWEEP#${tenant}`, sk: 'AGES' });
