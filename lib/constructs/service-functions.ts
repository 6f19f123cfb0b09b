import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { UNATTENDED } from '../../src/contract/alarms/alarm-row.ts';
import { ContextError } from '../context.ts';
import { FUNCTIONS, type FunctionName, SPECS } from '../functions/registry.ts';
import { type FunctionSpec, type Resources, ServiceFunction } from './service-function.ts';

export type ServiceFunctionsProps = Omit<Resources, 'sender'> & {
  /** The output folder of `npm run build`, with one folder per function. */
  readonly bundles: string;
};

/** All functions, each with only the permissions and environment that it needs. */
export class ServiceFunctions extends Construct {
  private readonly byName = new Map<FunctionName, ServiceFunction>();

  constructor(scope: Construct, id: string, props: ServiceFunctionsProps) {
    super(scope, id);
    for (const name of FUNCTIONS) {
      const spec = SPECS[name]({ ...props, sender: this.find('send')?.function });
      if (spec) this.byName.set(name, this.create(name, spec, props));
    }
  }

  /** In the order of `FUNCTIONS`. */
  get names(): FunctionName[] {
    return [...this.byName.keys()];
  }

  /** In the same order. */
  get all(): ServiceFunction[] {
    return [...this.byName.values()];
  }

  /** The functions with alarms on errors and timeouts. */
  get unattended(): ServiceFunction[] {
    return [...this.byName].flatMap(([name, one]) => (UNATTENDED.includes(name) ? [one] : []));
  }

  find(name: FunctionName): ServiceFunction | undefined {
    return this.byName.get(name);
  }

  named(name: FunctionName): ServiceFunction {
    const found = this.find(name);
    if (!found) throw new TypeError(`expected a function ${name}`);
    return found;
  }

  private create(
    name: FunctionName,
    spec: FunctionSpec,
    { context, bundles }: ServiceFunctionsProps,
  ): ServiceFunction {
    return new ServiceFunction(this, `${name[0]?.toUpperCase()}${name.slice(1)}`, {
      ...spec,
      bundle: bundleOf(name, bundles),
      traced: context.traces === 'on',
      production: context.production,
    });
  }
}

const bundleOf = (name: FunctionName, bundles: string): string => {
  const bundle = join(bundles, name);
  if (!existsSync(join(bundle, 'index.mjs')))
    throw new ContextError(`There is no bundle of ${name} in ${bundles}: npm run build makes it.`);
  return bundle;
};
