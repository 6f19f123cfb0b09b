import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * The CloudFormation resource that a CDK construct wraps, for settings that only the resource has.
 * @throws TypeError when it wraps something else
 */
export const defaultChildOf = <T>(construct: Construct, Type: new (...args: never[]) => T): T => {
  const { defaultChild } = construct.node;
  if (!(defaultChild instanceof Type))
    throw new TypeError(`expected a ${Type.name} as default child of ${construct.node.path}`);
  return defaultChild;
};

/**
 * Gives a resource that holds data a logical id that is independent of its place in the construct tree: if the id
 * changed, CloudFormation would create a new, empty resource and retain or delete the old one.
 */
export const pinLogicalId = (construct: Construct, logicalId: string): void =>
  defaultChildOf(construct, CfnResource).overrideLogicalId(logicalId);
