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
  /** Keeps the log whatever happens to the stack. */
  readonly production: boolean;
};

/**
 * One line for each request. No header, query, body or caller's name is in it: an AWS session may be named after
 * an e-mail address. All values as text, since the gateway writes `-` for what there is not.
 * `integration_status` is what our function answered, `lambda_status` what Lambda said of running it (API Gateway
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

/** Apart from what the functions count. */
const NAMESPACE = `${METRICS_NAMESPACE}/Gateway`;

const answered = (status: number) => FilterPattern.stringValue('$.status', '=', String(status));

/** More came than the stage lets through. */
export const THROTTLED = answered(429);

/**
 * Too large for the gateway or for Lambda. A body that our function refused by itself is no such: Lambda ran it, and
 * the function counts it.
 */
export const REFUSED_BEFORE_US = FilterPattern.all(
  answered(413),
  FilterPattern.stringValue('$.lambda_status', '!=', '200'),
);

/** The gateway's access log. Only here do HTTP APIs report what they answered by themselves. */
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

  /** Counts lines; the dimension keeps deployments apart. */
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
