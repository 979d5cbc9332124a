import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { bucketsOf } from "../../local/services/s3/buckets";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const ACL = "aws:wafv2/webAcl:WebAcl";
const ACL_LOGS = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const LOG_POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy";
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer";
const ROUTE = "aws:apigatewayv2/route:Route";
const FUNCTION = "aws:lambda/function:Function";
const KEY = "random:index/randomBytes:RandomBytes";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** What stands in for a key where there is no AWS. */
const keyOf = (name: string) => sha256(name);
const RETENTION = { dev: 14, staging: 30, prod: 365 } as const;

/** `api`'s origin, as the distribution has it. */
const apiOrigin = (graph: Graph) =>
  resource(graph, DISTRIBUTION, "web").inputs.origins.find(({ originId }: { originId: string }) => originId === "api");

describe("the edge", function () {
  this.timeout(LOAD_TIMEOUT);

  for (const stack of ["dev", "local"] as const) {
    it(`of ${stack} has no firewall, and the API takes requests from anywhere`, async () => {
      const graph = await graphOf(stack);
      assert.deepEqual(
        graph.resources.filter(({ type }) => /^(aws:wafv2|random:)|^ahorro:edge:/.test(type)),
        [],
      );
      assert.equal(resource(graph, DISTRIBUTION, "web").inputs.webAclId, undefined);
      assert.equal(apiOrigin(graph).customHeaders, undefined);
      assert.deepEqual(
        resourcesOf(graph, AUTHORIZER).map(({ inputs }) => [inputs.name, inputs.identitySources]),
        [["id-token", ["$request.header.Authorization"]]],
      );
      assert.deepEqual(openRoutes(graph), [
        ["GET /health", "NONE", undefined],
        ["GET /openapi.json", "NONE", undefined],
      ]);
    });
  }

  for (const stack of ["staging", "prod"] as const) {
    describe(`of ${stack}`, () => {
      let graph: Graph;
      before(async () => {
        graph = await graphOf(stack);
      });

      it("has a firewall in front of everything: floods first, then AWS's own rules", () => {
        const acl = resource(graph, ACL, "firewall");
        assert.equal(resource(graph, DISTRIBUTION, "web").inputs.webAclId, acl.outputs.arn);
        const { rules, ...others } = acl.inputs;
        const visibility = (metricName: string) => ({
          cloudwatchMetricsEnabled: true,
          metricName,
          sampledRequestsEnabled: false,
        });
        assert.deepEqual(others, {
          name: `ahorro-${stack}-firewall`,
          description: "Stops attacks and floods",
          scope: "CLOUDFRONT",
          region: "us-east-1",
          defaultAction: { allow: {} },
          visibilityConfig: visibility(`ahorro-${stack}-firewall`),
        });
        const managed = (name: string, priority: number, counted: string[] = []) => ({
          name,
          priority,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: "AWS",
              name,
              ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
            },
          },
          visibilityConfig: visibility(name),
        });
        assert.deepEqual(rules, [
          {
            name: "RequestsPerAddress",
            priority: 0,
            action: { block: { customResponse: { responseCode: 429 } } },
            statement: { rateBasedStatement: { limit: 2000, evaluationWindowSec: 300, aggregateKeyType: "IP" } },
            visibilityConfig: visibility("RequestsPerAddress"),
          },
          managed("AWSManagedRulesAmazonIpReputationList", 1),
          managed("AWSManagedRulesKnownBadInputsRuleSet", 2),
          managed("AWSManagedRulesCommonRuleSet", 3, ["SizeRestrictions_BODY"]),
        ]);
      });

      it("writes down what the firewall stops, without tokens and cookies, for as long as other logs", () => {
        const group = resource(graph, LOG_GROUP, "firewall");
        assert.deepEqual(group.inputs, {
          name: `aws-waf-logs-ahorro-${stack}-firewall`,
          retentionInDays: RETENTION[stack],
          region: "us-east-1",
        });
        const arn = `arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-ahorro-${stack}-firewall`;
        const logs = resource(graph, ACL_LOGS, "firewall");
        assert.deepEqual(logs.inputs, {
          resourceArn: resource(graph, ACL, "firewall").outputs.arn,
          logDestinationConfigs: [arn],
          redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
          loggingFilter: {
            defaultBehavior: "DROP",
            filters: [
              {
                behavior: "KEEP",
                requirement: "MEETS_ANY",
                conditions: ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"].map((action) => ({ actionCondition: { action } })),
              },
            ],
          },
          region: "us-east-1",
        });
        assert.ok(dependenciesOf(graph, logs).includes(`${LOG_POLICY} firewall`));
        const { policyDocument, ...policy } = resource(graph, LOG_POLICY, "firewall").inputs;
        assert.deepEqual(policy, { policyName: `ahorro-${stack}-firewall`, region: "us-east-1" });
        assert.deepEqual(JSON.parse(policyDocument).Statement, [
          {
            Sid: "DeliverFirewallLogs",
            Effect: "Allow",
            Principal: { Service: "delivery.logs.amazonaws.com" },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: `${arn}:*`,
            Condition: {
              StringEquals: { "aws:SourceAccount": "123456789012" },
              ArnLike: { "aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:*" },
            },
          },
        ]);
      });

      it("shows the API a key, of which functions know the digest only", () => {
        assert.deepEqual(
          resourcesOf(graph, KEY).map(({ name, inputs }) => [name, inputs]),
          [["origin-key-1", { length: 32 }]],
        );
        const key = keyOf("origin-key-1");
        assert.deepEqual(apiOrigin(graph).customHeaders, [{ name: "x-ahorro-origin", value: key }]);
        for (const name of ["api-authorizer", "api-origin"]) {
          const { variables } = resource(graph, FUNCTION, name).inputs.environment;
          assert.equal(variables.ORIGIN_KEY_DIGESTS, sha256(key), name);
        }
        const distribution = resource(graph, DISTRIBUTION, "web");
        const elsewhere = graph.resources.filter((found) => found !== distribution && found.type !== KEY);
        const knowing = elsewhere.filter(
          ({ type, inputs }) => type.includes(":") && JSON.stringify(inputs).includes(key),
        );
        assert.deepEqual(
          knowing.map(({ type, name }) => `${type} ${name}`),
          [],
        );
      });

      it("sends a key only when the API takes it", () => {
        const dependencies = dependenciesOf(graph, resource(graph, DISTRIBUTION, "web"));
        for (const before of [`${FUNCTION} api-authorizer`, `${FUNCTION} api-origin`, `${KEY} origin-key-1`]) {
          assert.ok(dependencies.includes(before), `the distribution does not wait for ${before}`);
        }
      });

      it("is the only way to the API: each route asks for the key, those without a token too", () => {
        const authorizers = resourcesOf(graph, AUTHORIZER).map(({ inputs }) => [inputs.name, inputs.identitySources]);
        assert.deepEqual(Object.fromEntries(authorizers), {
          "id-token": ["$request.header.Authorization", "$request.header.x-ahorro-origin"],
          origin: ["$request.header.x-ahorro-origin"],
        });
        const byId = new Map(resourcesOf(graph, AUTHORIZER).map(({ outputs, inputs }) => [outputs.id, inputs.name]));
        assert.deepEqual(
          openRoutes(graph).map(([routeKey, type, id]) => [routeKey, type, byId.get(id)]),
          [
            ["GET /health", "CUSTOM", "origin"],
            ["GET /openapi.json", "CUSTOM", "origin"],
          ],
        );
        const others = resourcesOf(graph, ROUTE).filter(({ inputs }) => byId.get(inputs.authorizerId) !== "origin");
        assert.ok(others.length > 20);
        for (const { inputs } of others) assert.equal(byId.get(inputs.authorizerId), "id-token", inputs.routeKey);
      });
    });
  }

  it("keeps access logs of each distribution as long as other logs, without queries, cookies and referrers", async () => {
    for (const stack of ["dev", "staging", "prod"] as const) {
      const graph = await graphOf(stack);
      const name = `ahorro-${stack}-web`;
      const bucket = `${name}-logs-1`;
      assert.deepEqual(bucketsOf(graph).find((found) => found.name === bucket)?.expirations, [
        { prefix: "", days: RETENTION[stack] },
      ]);
      const inputs = (type: string) => resource(graph, `aws:cloudwatch/${type}`, "web").inputs;
      assert.deepEqual(inputs("logDeliverySource:LogDeliverySource"), {
        name,
        logType: "ACCESS_LOGS",
        resourceArn: "arn:aws:cloudfront::123456789012:distribution/EWEB",
        region: "us-east-1",
      });
      assert.deepEqual(inputs("logDeliveryDestination:LogDeliveryDestination"), {
        name,
        outputFormat: "json",
        deliveryDestinationConfiguration: { destinationResourceArn: `arn:aws:s3:::${bucket}` },
        region: "us-east-1",
      });
      const { recordFields, ...delivery } = inputs("logDelivery:LogDelivery");
      assert.deepEqual(delivery, {
        deliverySourceName: name,
        deliveryDestinationArn: `arn:aws:cloudwatch:us-east-1:123456789012:${name}`,
        s3DeliveryConfigurations: [
          { enableHiveCompatiblePath: false, suffixPath: "{DistributionId}/{yyyy}/{MM}/{dd}" },
        ],
        region: "us-east-1",
      });
      for (const field of ["date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status", "x-edge-request-id"]) {
        assert.ok(recordFields.includes(field), field);
      }
      assert.doesNotMatch(recordFields.join(), /query|cookie|referer|forwarded/i);
      const dependencies = dependenciesOf(graph, resource(graph, "aws:cloudwatch/logDelivery:LogDelivery", "web"));
      assert.ok(dependencies.includes("aws:s3/bucketPolicy:BucketPolicy web-logs"));
    }
  });

  it("lets nobody but CloudFront's logs of this account be written to their bucket", async () => {
    const { policy } = resource(await graphOf("prod"), "aws:s3/bucketPolicy:BucketPolicy", "web-logs").inputs;
    const allowed = JSON.parse(policy).Statement.filter(({ Effect }: { Effect: string }) => Effect === "Allow");
    assert.deepEqual(allowed, [
      {
        Sid: "DeliverAccessLogs",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: ["s3:PutObject"],
        Resource: "arn:aws:s3:::ahorro-prod-web-logs-1/AWSLogs/123456789012/*",
        Condition: {
          StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": "123456789012" },
          ArnLike: { "aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:delivery-source:*" },
        },
      },
    ]);
  });

  it("lets through as many requests a second as configured for the stack", async () => {
    for (const [stack, rate, burst] of [
      ["dev", 50, 100],
      ["staging", 200, 400],
      ["prod", 1000, 2000],
    ] as const) {
      const { defaultRouteSettings } = resource(await graphOf(stack), "aws:apigatewayv2/stage:Stage", "api").inputs;
      assert.deepEqual(
        [defaultRouteSettings.throttlingRateLimit, defaultRouteSettings.throttlingBurstLimit],
        [rate, burst],
      );
    }
  });
});

/** Routes that take no token: key, and how they are authorized. */
const openRoutes = (graph: Graph) =>
  resourcesOf(graph, ROUTE)
    .map(({ inputs }) => [inputs.routeKey, inputs.authorizationType, inputs.authorizerId])
    .filter(([routeKey]) => ["GET /health", "GET /openapi.json"].includes(routeKey))
    .sort();
