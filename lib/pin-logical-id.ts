import { CfnElement } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Gives what keeps data a logical id that does not follow from its place in the construct tree: under another
 * one, CloudFormation would make a new, empty resource and leave or delete the old one.
 */
export const pinLogicalId = (construct: Construct, logicalId: string): void => {
  const { defaultChild } = construct.node;
  if (!defaultChild || !CfnElement.isCfnElement(defaultChild))
    throw new TypeError(`${construct.node.path} is no single resource`);
  defaultChild.overrideLogicalId(logicalId);
};
