import type { PriceName } from './prices.ts';

/** One line of a month's bill before it is priced. `quantity` counts single units, not millions of them. */
export type Use = { component: string; what: string; quantity: number; unit: string; price: PriceName };

/** Makes the lines of one component. */
const linesOf =
  (component: string) =>
  (what: string, quantity: number, unit: string, price: PriceName): Use => ({
    component,
    what,
    quantity,
    unit,
    price,
  });

export const gateway = linesOf('API Gateway');
export const lambda = linesOf('Lambda');
export const table = linesOf('DynamoDB');
export const objects = linesOf('S3');
export const secrets = linesOf('Secrets Manager');
export const schedule = linesOf('EventBridge');
export const watching = linesOf('CloudWatch');
export const network = linesOf('Network');
export const tracing = linesOf('X-Ray');

export const write = (what: string, units: number): Use =>
  table(what, units, 'write units', 'dynamodb_write_unit');
export const read = (what: string, units: number): Use =>
  table(what, units, 'read units', 'dynamodb_read_unit');

export const BYTES_PER_GB = 2 ** 30;

/** Days that count as a month of storage. */
export const DAYS_OF_MONTH = 30;
