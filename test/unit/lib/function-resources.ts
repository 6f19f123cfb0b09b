import type { FunctionName } from '../../../src/contract/functions.ts';
import { statementsOf } from './statements.ts';
import type { SynthesizedStack } from './synth-stack.ts';

/** Logical id of what a function has of this type: itself, its role, its log group. */
export const idOf = ({ resources }: SynthesizedStack, name: FunctionName, type: string): string => {
  const part = `Functions${name[0]?.toUpperCase()}${name.slice(1)}`;
  return Object.keys(resources).find((id) => id.startsWith(part) && resources[id]?.Type === type) ?? '';
};

/** What a function may do, by resource. */
export const rightsOf = (stack: SynthesizedStack, name: FunctionName): Record<string, string[]> => {
  const role = idOf(stack, name, 'AWS::IAM::Role');
  const rights: Record<string, string[]> = {};
  for (const { holder, actions, resources, principals } of statementsOf(stack.resources))
    if (holder === role && principals === null)
      for (const resource of resources) rights[resource] = [...(rights[resource] ?? []), ...actions].sort();
  return rights;
};
