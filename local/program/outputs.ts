import { createHash } from "node:crypto";

/**
 * What AWS would answer when a resource is created or looked up, for a program loaded without AWS. Values have AWS's
 * form; where an embedded service stands in, they are its address, so that environment variables come out right.
 */

/** Addresses of the embedded services that outputs point at. Without one, the output looks as it does in AWS. */
export interface Addresses {
  /** Base URL of the HTTP API. */
  apiUrl?: string;
  postgres?: { host: string; port: number };
  /** Addresses of Kafka brokers, separated by commas. */
  kafka?: string;
  cognito?: { host: string; port: number; poolId: string; clientId: string };
  /** Host and port of the distribution. */
  web?: string;
}

export interface OutputContext {
  region: string;
  accountId: string;
  addresses: Addresses;
  /** Whether the stack refuses what goes through no provider of the program's own: `pulumi:disable-default-providers`. */
  defaultProvidersDisabled: boolean;
}

/** Account number of the loaded program's resources; AWS keeps numbers of this kind for examples. */
export const ACCOUNT_ID = "123456789012";

type Inputs = Record<string, unknown>;
/** `id` is the resource's id, the rest its outputs beyond the inputs. */
type Synthesised = { id: string } & Record<string, unknown>;
type Synthesis = (name: string, inputs: Inputs, context: OutputContext) => Synthesised;

/** The outputs of a resource. A type without a rule of its own gets an id, a name and an ARN. */
export function synthesiseOutputs(type: string, name: string, inputs: Inputs, context: OutputContext): Synthesised {
  // Most resources may be put into another region than their provider's.
  const region = typeof inputs.region === "string" ? inputs.region : context.region;
  return (RULES[type] ?? anyResource(type))(name, inputs, { ...context, region });
}

/**
 * The answer to a provider function.
 * @throws Error naming a function for which there is none, or one that is called without a provider where the engine would refuse that.
 */
export function answerCall(
  token: string,
  inputs: Inputs,
  provider: string | undefined,
  context: OutputContext,
): Record<string, unknown> {
  const answer = CALLS[token];
  if (!answer) {
    throw refusal(`The program calls "${token}", for which local/program/outputs.ts has no answer: add one to CALLS.`);
  }
  if (!provider && context.defaultProvidersDisabled) {
    throw refusal(
      `The program calls "${token}" without a provider, and default providers are disabled: give it a parent, or a provider.`,
    );
  }
  return answer(context, inputs);
}

/** Pulumi expects an error of gRPC, and reports its details. */
const refusal = (message: string): Error => Object.assign(new Error(message), { details: message });

const CALLS: Record<string, (context: OutputContext, inputs: Inputs) => Record<string, unknown>> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ region }) => ({
    id: region,
    names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
  }),
  "aws:index/getCallerIdentity:getCallerIdentity": ({ accountId }) => ({ accountId, id: accountId }),
  "aws:index/getRegion:getRegion": ({ region }) => ({ region, id: region }),
  "aws:route53/getZone:getZone": (_context, { name }) => {
    // Names below it are sure not to exist (RFC 6761, 6.4).
    if (String(name).endsWith(".invalid")) throw refusal("no matching Route 53 Hosted Zone found");
    return { name, zoneId: zoneId(String(name)), id: zoneId(String(name)) };
  },
};

/** Shaped like Route 53's. */
const zoneId = (name: string): string => `Z${name.toUpperCase().replace(/[^A-Z0-9]/g, "")}`;

/** What ACM asks for as a proof that a name is one's own ("DNS validation", ACM user guide). */
const challenge = (hostName: string) => ({
  domainName: hostName,
  resourceRecordName: `_1234.${hostName}.`,
  resourceRecordType: "CNAME",
  resourceRecordValue: "_5678.acm-validations.aws.",
});

const kafkaCluster: Synthesis = (name, inputs, { region, accountId, addresses: { kafka } }) => {
  const physical = typeof inputs.clusterName === "string" ? inputs.clusterName : name;
  const arn = `arn:aws:kafka:${region}:${accountId}:cluster/${physical}/00000000-0000-4000-8000-000000000000-1`;
  return {
    id: arn,
    arn,
    bootstrapBrokersSaslIam: kafka ?? `boot-${name}.kafka-serverless.${region}.amazonaws.com:9098`,
  };
};

const RULES: Record<string, Synthesis> = {
  "aws:acm/certificate:Certificate": (name, { domainName }, { region, accountId }) => {
    const arn = `arn:aws:acm:${region}:${accountId}:certificate/${name}`;
    return { id: arn, arn, domainValidationOptions: [challenge(String(domainName))] };
  },
  "aws:apigatewayv2/api:Api": (name, _inputs, { region, accountId, addresses }) => ({
    id: `${name}id`,
    arn: `arn:aws:apigateway:${region}::/apis/${name}id`,
    apiEndpoint: addresses.apiUrl ?? `https://${name}id.execute-api.${region}.amazonaws.com`,
    executionArn: `arn:aws:execute-api:${region}:${accountId}:${name}id`,
  }),
  "aws:apigatewayv2/domainName:DomainName": (name, { domainName, domainNameConfiguration }, { region }) => ({
    id: String(domainName),
    domainNameConfiguration: {
      ...(domainNameConfiguration as object),
      targetDomainName: `d-${name}.execute-api.${region}.amazonaws.com`,
      hostedZoneId: zoneId(`apigateway-${region}`),
    },
  }),
  "aws:cloudfront/distribution:Distribution": (name, _inputs, { accountId, addresses }) => {
    const id = `E${name.toUpperCase().replace(/[^A-Z0-9]/g, "")}`;
    return {
      id,
      arn: `arn:aws:cloudfront::${accountId}:distribution/${id}`,
      domainName: addresses.web ?? `${name}.cloudfront.net`,
      // Of all distributions ("AliasTarget", Route 53 API reference).
      hostedZoneId: "Z2FDTNDATAQYW2",
    };
  },
  "aws:cloudfront/function:Function": (name, inputs, { accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:cloudfront::${accountId}:function/${physical}` };
  },
  "aws:cloudwatch/eventRule:EventRule": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:events:${region}:${accountId}:rule/${physical}` };
  },
  "aws:cloudwatch/logGroup:LogGroup": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:logs:${region}:${accountId}:log-group:${physical}` };
  },
  "aws:codebuild/project:Project": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:codebuild:${region}:${accountId}:project/${physical}` };
  },
  "aws:cognito/userPool:UserPool": (name, _inputs, { region, accountId, addresses: { cognito } }) => {
    const id = cognito?.poolId ?? `${region}_${name}`;
    return {
      id,
      arn: `arn:aws:cognito-idp:${region}:${accountId}:userpool/${id}`,
      endpoint: cognito ? `${cognito.host}:${cognito.port}/${id}` : `cognito-idp.${region}.amazonaws.com/${id}`,
    };
  },
  "aws:cognito/userPoolClient:UserPoolClient": (name, _inputs, { addresses: { cognito } }) => ({
    id: cognito?.clientId ?? `${name}-client`,
  }),
  "aws:dynamodb/table:Table": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:dynamodb:${region}:${accountId}:table/${physical}` };
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": (name) => ({ id: `vpce-${name}`, prefixListId: `pl-${name}` }),
  "aws:glue/catalogDatabase:CatalogDatabase": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:glue:${region}:${accountId}:database/${physical}` };
  },
  "aws:glue/catalogTable:CatalogTable": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return {
      id: physical,
      name: physical,
      arn: `arn:aws:glue:${region}:${accountId}:table/${inputs.databaseName}/${physical}`,
    };
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (_name, { url }, { accountId }) => {
    const arn = `arn:aws:iam::${accountId}:oidc-provider/${String(url).replace("https://", "")}`;
    return { id: arn, arn };
  },
  "aws:iam/policy:Policy": (name, inputs, { accountId }) => {
    const arn = `arn:aws:iam::${accountId}:policy/${nameOf(name, inputs)}`;
    return { id: arn, arn };
  },
  "aws:iam/role:Role": (name, inputs, { accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:iam::${accountId}:role/${physical}` };
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    return { id: physical, name: physical, arn: `arn:aws:firehose:${region}:${accountId}:deliverystream/${physical}` };
  },
  "aws:lambda/function:Function": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${physical}`;
    return {
      id: physical,
      name: physical,
      arn,
      qualifiedArn: `${arn}:$LATEST`,
      invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    };
  },
  "aws:lambda/invocation:Invocation": (name) => ({ id: name, result: "{}" }),
  "aws:msk/cluster:Cluster": kafkaCluster,
  "aws:msk/serverlessCluster:ServerlessCluster": kafkaCluster,
  "aws:rds/cluster:Cluster": (name, inputs, { region, accountId, addresses: { postgres } }) => {
    const identifier = String(inputs.clusterIdentifier ?? name);
    return {
      id: identifier,
      clusterIdentifier: identifier,
      arn: `arn:aws:rds:${region}:${accountId}:cluster:${identifier}`,
      clusterResourceId: `cluster-${name.toUpperCase()}`,
      endpoint: postgres?.host ?? `${identifier}.cluster-example.${region}.rds.amazonaws.com`,
      readerEndpoint: postgres?.host ?? `${identifier}.cluster-ro-example.${region}.rds.amazonaws.com`,
      port: postgres?.port ?? 5432,
      masterUserSecrets: [
        {
          secretArn: `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!cluster-${name}`,
          secretStatus: "active",
        },
      ],
    };
  },
  "aws:route53/record:Record": (name, inputs) => ({ id: `${name}-id`, fqdn: String(inputs.name).replace(/\.$/, "") }),
  "aws:sqs/queue:Queue": (name, inputs, { region, accountId }) => {
    const physical = nameOf(name, inputs);
    const url = `https://sqs.${region}.amazonaws.com/${accountId}/${physical}`;
    return { id: url, url, name: physical, arn: `arn:aws:sqs:${region}:${accountId}:${physical}` };
  },
  "aws:s3/bucket:Bucket": (name, { bucket, bucketPrefix }, { region }) => {
    const physical = String(bucket ?? `${bucketPrefix ?? `${name}-`}1`);
    return {
      id: physical,
      bucket: physical,
      arn: `arn:aws:s3:::${physical}`,
      bucketRegionalDomainName: `${physical}.s3.${region}.amazonaws.com`,
    };
  },
  "aws:sesv2/configurationSet:ConfigurationSet": (name, inputs, { region, accountId }) => {
    const physical = String(inputs.configurationSetName ?? name);
    return { id: physical, arn: `arn:aws:ses:${region}:${accountId}:configuration-set/${physical}` };
  },
  "aws:sesv2/emailIdentity:EmailIdentity": (_name, { emailIdentity }, { region, accountId }) => ({
    id: String(emailIdentity),
    arn: `arn:aws:ses:${region}:${accountId}:identity/${emailIdentity}`,
  }),
  "random:index/randomBytes:RandomBytes": (name) => {
    const bytes = createHash("sha256").update(name).digest();
    return { id: bytes.toString("base64"), base64: bytes.toString("base64"), hex: bytes.toString("hex") };
  },
  "awsx:ec2:Vpc": (name, inputs) => {
    const zones = Number(inputs.numberOfAvailabilityZones ?? 3);
    const perZone = (kind: string) => Array.from({ length: zones }, (_, zone) => `${kind}-${name}-${zone + 1}`);
    return {
      id: name,
      vpcId: `vpc-${name}`,
      ...(inputs.assignGeneratedIpv6CidrBlock === true && { vpc: { ipv6CidrBlock: "2a05:d018:123:4500::/56" } }),
      isolatedSubnetIds: perZone("subnet-isolated"),
      privateSubnetIds: perZone("subnet-private"),
      publicSubnetIds: perZone("subnet-public"),
      routeTables: perZone("rtb").map((id) => ({ id })),
    };
  },
};

const anyResource =
  (type: string): Synthesis =>
  (name, inputs, { region, accountId }) => {
    const [provider, module] = type.split(/[:/]/);
    const physical = nameOf(name, inputs);
    const id = `${name}-id`;
    return provider === "aws"
      ? { id, name: physical, arn: `arn:aws:${module}:${region}:${accountId}:${physical}` }
      : { id };
  };

const nameOf = (name: string, inputs: Inputs): string => (typeof inputs.name === "string" ? inputs.name : name);
