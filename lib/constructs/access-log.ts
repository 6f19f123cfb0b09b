import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  FilterPattern,
  type IFilterPattern,
  LogGroup,
  MetricFilter,
  RetentionDays,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../../src/contract/metrics.ts';

export type AccessLogProps = {
  /** Retains the log when the stack is deleted. */
  readonly production: boolean;
};

/**
 * One line per request, without headers, query, body or caller's name: an AWS session may be named after an e-mail
 * address. All values are text, because the gateway writes `-` for missing ones.
 * `integration_status` is our function's status code, `lambda_status` that of the Lambda invocation (API Gateway
 * developer guide, "Customize HTTP API access logs").
 */
const FIELDS = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  api: '$context.apiId',
  source_ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  integration_status: '$context.integrationStatus',
  lambda_status: '$context.integration.integrationStatus',
  response_bytes: '$context.responseLength',
  duration_ms: '$context.responseLatency',
  integration_ms: '$context.integrationLatency',
  error: '$context.error.message',
  integration_error: '$context.integrationErrorMessage',
};

/** Separate from the metrics of the functions. */
const NAMESPACE = `${METRICS_NAMESPACE}/Gateway`;

const answered = (status: number) => FilterPattern.stringValue('$.status', '=', String(status));

/** Requests beyond the stage's throttling limits. */
export const THROTTLED = answered(429);

/**
 * Requests too large for the gateway or for Lambda. Excludes bodies that our function refused: Lambda ran it, and the
 * function counts them itself.
 */
export const REFUSED_BEFORE_US = FilterPattern.all(
  answered(413),
  FilterPattern.stringValue('$.lambda_status', '!=', '200'),
);

/** The gateway's access log, the only place where an HTTP API reports its own answers. */
export class AccessLog extends Construct {
  readonly settings: { destination: LogGroupLogDestination; format: AccessLogFormat };
  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { production }: AccessLogProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.settings = {
      destination: new LogGroupLogDestination(this.logGroup),
      format: AccessLogFormat.custom(JSON.stringify(FIELDS)),
    };
  }

  /** A metric that counts matching lines; the dimension tells deployments apart. */
  count(metricName: string, filterPattern: IFilterPattern, apiId: string): Metric {
    new MetricFilter(this, metricName, {
      logGroup: this.logGroup,
      filterPattern,
      metricNamespace: NAMESPACE,
      metricName,
      metricValue: '1',
      dimensions: { api: '$.api' },
    });
    return new Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { api: apiId },
      statistic: 'Sum',
    });
  }
}
