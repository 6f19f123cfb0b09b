import { FUNCTIONS, type FunctionName } from '../../../lib/functions/registry.ts';
import { statementsOf } from './statements.ts';
import type { SynthesizedStack } from './synth-stack.ts';

/** Logical id of what a function has of this type: itself, its role, its log group. */
export const idOf = ({ resources }: SynthesizedStack, name: string, type: string): string => {
  const part = `Functions${titleOf(name)}`;
  return Object.keys(resources).find((id) => id.startsWith(part) && resources[id]?.Type === type) ?? '';
};

/** The functions that a stack has. */
export const functionsOf = (stack: SynthesizedStack): FunctionName[] =>
  FUNCTIONS.filter((name) => idOf(stack, name, 'AWS::Lambda::Function') !== '');

/** As ids and graphs call it. */
export const titleOf = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Seconds. */
export const timeoutOf = (stack: SynthesizedStack, name: FunctionName): number =>
  Number(stack.resources[idOf(stack, name, 'AWS::Lambda::Function')]?.Properties.Timeout);

/** What a function may do, by resource. */
export const rightsOf = (stack: SynthesizedStack, name: FunctionName): Record<string, string[]> => {
  const role = idOf(stack, name, 'AWS::IAM::Role');
  const rights: Record<string, string[]> = {};
  for (const { holder, actions, resources, principals } of statementsOf(stack.resources))
    if (holder === role && principals === null)
      for (const resource of resources) rights[resource] = [...(rights[resource] ?? []), ...actions].sort();
  return rights;
};
