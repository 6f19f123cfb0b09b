import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { TABLE, TTL_ATTRIBUTE } from '../../src/contract/table.ts';
import { pinLogicalId } from '../default-child.ts';

export type EventTableProps = {
  /** Retains the table when the stack is deleted. */
  readonly production: boolean;
};

export type IndexName = (typeof TABLE.indexes)[number]['name'];

type KeyAttribute = { name: string; type: 'S' | 'N' };

const attribute = ({ name, type }: KeyAttribute) => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});

const projection = (include: readonly string[]) =>
  include.length > 0
    ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...include] }
    : { projectionType: ProjectionType.KEYS_ONLY };

/**
 * The table, from the definition that the code uses too. Point-in-time recovery is on in every stage: it costs little,
 * and nothing else can undo a mistake.
 */
export class EventTable extends Construct {
  /** Must never change: with another id, a deployment would create a new, empty table. */
  static readonly LOGICAL_ID = 'EventTable';

  readonly table: Table;
  /** Changes when the table is recreated. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string, { production }: EventTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: attribute(TABLE.hash),
      sortKey: attribute(TABLE.range),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      stream: StreamViewType[TABLE.streamView],
      timeToLiveAttribute: TTL_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: production,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const { name, hash, range, include } of TABLE.indexes)
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: attribute(hash),
        sortKey: attribute(range),
        ...projection(include),
      });
    pinLogicalId(this.table, EventTable.LOGICAL_ID);
    const { tableStreamArn } = this.table;
    if (tableStreamArn === undefined) throw new TypeError('the table has no stream');
    this.streamArn = tableStreamArn;
  }

  /** ARN of one of the table's indexes. */
  indexArn(name: IndexName): string {
    return `${this.table.tableArn}/index/${name}`;
  }
}
