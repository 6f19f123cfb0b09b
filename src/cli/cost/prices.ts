/** Where a price was found; a price without a page must be checked before use. */
type Origin = 'AWS page' | 'third-party page' | 'from memory, check it';

export type Price = {
  /** US dollars for one `unit`, US East (N. Virginia), on demand, first tier, without free tiers. */
  usd: number;
  unit: string;
  origin: Origin;
  /** Title of the page, and its date if it has one. */
  page: string;
};

/** The day on which stored copies of the pages were read; none was read live. */
export const PRICES_READ = '2026-11-22';

const aws = (usd: number, unit: string, page: string): Price => ({ usd, unit, origin: 'AWS page', page });

const reported = (usd: number, unit: string, page: string): Price => ({
  usd,
  unit,
  origin: 'third-party page',
  page,
});

const remembered = (usd: number, unit: string): Price => ({
  usd,
  unit,
  origin: 'from memory, check it',
  page: '',
});

/** Every price of the formula. To change one, edit only its entry, with its page, and the date above. */
export const PRICES = {
  http_api_request: aws(
    1,
    'million requests of 512 KB',
    'Best Practices for Designing Amazon API Gateway Private APIs and Private Integration, "Cost optimization"',
  ),
  lambda_request: reported(0.2, 'million requests', 'AWS lambda calculator, gist, March 2023'),
  lambda_arm_gb_second: reported(
    13.3334,
    'million GB-seconds (arm64)',
    'Cloudchipr, "AWS Lambda Pricing Breakdown: Ultimate Guide 2024"',
  ),
  dynamodb_write_unit: reported(
    0.625,
    'million write request units',
    'Airbyte, "Amazon DynamoDB Pricing: On-Demand & Provisioned Plans", July 2025',
  ),
  dynamodb_read_unit: reported(
    0.125,
    'million read request units',
    'Airbyte, "Amazon DynamoDB Pricing: On-Demand & Provisioned Plans", July 2025',
  ),
  dynamodb_gb_month: aws(0.25, 'GB-month', 'Amazon DynamoDB pricing, "Data Storage"'),
  dynamodb_recovery_gb_month: reported(0.2, 'GB-month', 'finops.com.py, "Backup Strategy" (DynamoDB)'),
  secret_month: reported(0.4, 'secret and month', 'hivebook.wiki, "AWS Secrets Manager"'),
  secret_call: reported(5, 'million calls', 'hivebook.wiki, "AWS Secrets Manager"'),
  s3_put: reported(5, 'million requests', 'c3x.dev, "S3 request fees explained"'),
  s3_get: reported(0.4, 'million requests', 'c3x.dev, "S3 request fees explained"'),
  s3_gb_month: reported(0.023, 'GB-month', 'CloudBurn, "Amazon S3 Pricing Explained", March 2026'),
  log_gb: reported(0.5, 'GB', 'FactualMinds, "Amazon CloudWatch Pricing", June 2026'),
  log_gb_month: remembered(0.03, 'GB-month'),
  metric_month: reported(
    0.3,
    'metric and month',
    'SigNoz, "CloudWatch Pricing Without the Confusion", February 2026',
  ),
  alarm_metric_month: reported(
    0.1,
    'metric of an alarm and month',
    'c3x.dev, "aws_cloudwatch_metric_alarm cost estimation"',
  ),
  dashboard_month: reported(3, 'dashboard and month', 'FactualMinds, "Amazon CloudWatch Pricing", June 2026'),
  trace: aws(5, 'million traces', 'AWS X-Ray pricing'),
  transfer_gb: remembered(0.09, 'GB'),
  schedule_run: reported(1, 'million runs', 'CloudBurn, "Amazon EventBridge Pricing", March 2026'),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** The regions with prices, and notes on them. */
export const REGIONS = {
  'us-east-1': 'US East (N. Virginia), which all pages are about',
  'us-west-2':
    'US West (Oregon), taken to have the prices of US East (N. Virginia): from memory, check it (the page of Lambda requests names both)',
} as const;

export type Region = keyof typeof REGIONS;
