import { type Facts, linesOf, type Use } from '../use.ts';

const API_UNIT_BYTES = 512 * 1_024;

const line = linesOf('API Gateway');

/** Every request is charged for each 512 KB begun. */
export const gatewayUse = ({ workload: { deliveries_per_month, body_bytes } }: Facts): Use[] => {
  const units = Math.max(1, Math.ceil(body_bytes / API_UNIT_BYTES));
  return [
    line(
      'HTTP API requests, in units of 512 KB',
      deliveries_per_month * units,
      'requests',
      'http_api_request',
    ),
  ];
};
