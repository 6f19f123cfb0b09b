import { SWEEP_MINUTES } from '../../contract/functions.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { inTurn } from '../../domain/tenant.ts';
import { readTenants } from '../../store/connections/tenants.ts';
import { reasonOf } from './run-unit.ts';
import { newScope } from './scope.ts';
import { type SweepDeps, type Swept, sweepEvents } from './sweep-events.ts';

/**
 * Sweeps every tenant, that of the built-in sources whatever else can be read. What fails for one keeps no other from
 * being swept.
 * @throws the first fault, when all the others are swept
 */
export const sweepTenants = async (deps: SweepDeps): Promise<Swept> => {
  const faults: unknown[] = [];
  const noteFault = (tenant_id: string | null) => (fault: unknown) => {
    deps.log.error({ tenant_id, reason: reasonOf(fault) }, 'not swept');
    faults.push(fault);
  };
  const swept: Swept = { found: 0, complete: true };
  const tenants = await tenantIds(deps).catch(noteFault(null));
  for (const tenant of inTurn(
    tenants ?? [deps.tenant],
    Math.floor(deps.clock() / (SWEEP_MINUTES * MINUTE_MS)),
  )) {
    const own = await sweepEvents({ ...deps, tenant }).catch(noteFault(tenant));
    swept.found += own?.found ?? 0;
    swept.complete &&= own?.complete ?? false;
  }
  if (faults.length > 0) throw faults[0];
  return swept;
};

const tenantIds = async (deps: SweepDeps): Promise<string[]> =>
  (await readTenants(newScope(deps))).map(({ tenant_id }) => tenant_id);
