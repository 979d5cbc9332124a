import type { PolicyResource } from "../../policy/rule";

/** A resource, and those around it that its rule looks at. */
export interface Example {
  inputs: PolicyResource["inputs"];
  protect?: boolean;
  /** Type → inputs of resources that are made from it. */
  made?: Record<string, PolicyResource["inputs"]>;
  /** Type → inputs of resources that it is made from. */
  origins?: Record<string, PolicyResource["inputs"]>;
  /** Type → inputs of resources that it has no tie to. */
  others?: Record<string, PolicyResource["inputs"]>;
}

/** For a rule: its type where it has several, an example that keeps it, and ways to break it. */
export interface Examples {
  type?: string;
  name?: string;
  good: Example;
  bad: Record<string, Example>;
}

const policy = (...Statement: unknown[]) => ({ policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
const allow = (Action: string | string[], Resource: string | string[], more = {}) =>
  policy({ Effect: "Allow", Action, Resource, ...more });
const trust = (Principal: unknown, Condition?: unknown) => ({
  assumeRolePolicy: JSON.stringify({
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", Condition }],
  }),
});
const GITHUB = { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" };
const lambdaTrusts = trust({ Service: "lambda.amazonaws.com" });
const tlsOnly = policy({
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

const FUNCTION = "aws:lambda/function:Function";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const CONTROLS = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const ACL_LOGS = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration";
const LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource";
const LOG_DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery";
const EVENT_RULE = "aws:cloudwatch/eventRule:EventRule";

const workgroup = {
  enforceWorkgroupConfiguration: true,
  resultConfiguration: { encryptionConfiguration: { encryptionOption: "SSE_S3" } },
};
const block = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const uploads = { status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } };
const expiry = { status: "Enabled", expiration: { days: 7 } };
const oldVersions = { status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } };
const versioned = { versioningConfiguration: { status: "Enabled" } };
const passwords = {
  passwordPolicy: { minimumLength: 8, requireLowercase: true, requireUppercase: true, requireNumbers: true },
  mfaConfiguration: "OPTIONAL",
  accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
};
const client = {
  explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
  preventUserExistenceErrors: "ENABLED",
  enableTokenRevocation: true,
  idTokenValidity: 60,
  tokenValidityUnits: { idToken: "minutes" },
};
const database = { iamDatabaseAuthenticationEnabled: true, manageMasterUserPassword: true };
const headers = {
  contentTypeOptions: { override: true },
  strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000 },
};
const distribution = {
  defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
  orderedCacheBehaviors: [{ pathPattern: "/api/*", viewerProtocolPolicy: "https-only" }],
  origins: [
    { originId: "app" },
    { originId: "api", customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] } },
  ],
  viewerCertificate: { acmCertificateArn: "arn:…", minimumProtocolVersion: "TLSv1.2_2021" },
};
const firewall = {
  rules: [
    { action: { block: {} }, statement: { rateBasedStatement: { limit: 100 } } },
    ...["AmazonIpReputationList", "KnownBadInputsRuleSet", "CommonRuleSet"].map((group) => ({
      overrideAction: { none: {} },
      statement: { managedRuleGroupStatement: { name: `AWSManagedRules${group}` } },
    })),
  ],
};
const redacted = (...headers: string[]) => ({
  redactedFields: headers.map((name) => ({ singleHeader: { name } })),
});
const logging = { logGroup: "/aws/lambda/f", logFormat: "JSON" };
const stage = {
  accessLogSettings: { destinationArn: "arn:…", format: '{"id":"$context.requestId"}' },
  defaultRouteSettings: { throttlingRateLimit: 50, throttlingBurstLimit: 100 },
};
const backups = {
  backupRetentionPeriod: 35,
  copyTagsToSnapshot: true,
  skipFinalSnapshot: false,
  finalSnapshotIdentifier: "final",
};
const tags = { project: "ahorro", stack: "prod", "managed-by": "pulumi" };
const variables = (pairs: Record<string, string>) => ({ environment: { variables: pairs } });

/** By rule. */
export const EXAMPLES: Record<string, Examples> = {
  "databases-encrypted": { good: { inputs: { storageEncrypted: true } }, bad: { unset: { inputs: {} } } },
  "tables-encrypted": {
    good: { inputs: { serverSideEncryption: { enabled: true } } },
    bad: { unset: { inputs: {} }, off: { inputs: { serverSideEncryption: { enabled: false } } } },
  },
  "buckets-encrypted": {
    good: {
      inputs: {},
      made: { [ENCRYPTION]: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] } },
    },
    bad: { unset: { inputs: {} }, "no rule": { inputs: {}, made: { [ENCRYPTION]: { rules: [] } } } },
  },
  "queues-encrypted": {
    good: { inputs: { sqsManagedSseEnabled: true } },
    bad: { unset: { inputs: {} }, off: { inputs: { sqsManagedSseEnabled: false } } },
  },
  "topics-encrypted": {
    good: { inputs: { kmsMasterKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1" } },
    bad: { unset: { inputs: {} }, "with AWS's key": { inputs: { kmsMasterKeyId: "alias/aws/sns" } } },
  },
  "streams-encrypted": {
    good: { inputs: { serverSideEncryption: { enabled: true } } },
    bad: { unset: { inputs: {} } },
  },
  "query-results-encrypted": {
    good: { inputs: { configuration: workgroup } },
    bad: {
      unset: { inputs: {} },
      "not enforced": { inputs: { configuration: { ...workgroup, enforceWorkgroupConfiguration: false } } },
      "in the clear": { inputs: { configuration: { ...workgroup, resultConfiguration: {} } } },
    },
  },
  "keys-rotated": {
    good: { inputs: { enableKeyRotation: true, deletionWindowInDays: 30 } },
    bad: {
      "not rotated": { inputs: {} },
      "gone in a week": { inputs: { enableKeyRotation: true, deletionWindowInDays: 7 } },
    },
  },
  "databases-force-tls": {
    good: { inputs: {}, origins: { [PARAMETERS]: { parameters: [{ name: "rds.force_ssl", value: "1" }] } } },
    bad: {
      "no parameters": { inputs: {} },
      off: { inputs: {}, origins: { [PARAMETERS]: { parameters: [{ name: "rds.force_ssl", value: "0" }] } } },
      "parameters of another": {
        inputs: {},
        others: { [PARAMETERS]: { parameters: [{ name: "rds.force_ssl", value: "1" }] } },
      },
    },
  },
  "buckets-refuse-plain-text": {
    good: { inputs: {}, made: { [BUCKET_POLICY]: tlsOnly } },
    bad: { "no policy": { inputs: {} }, "another policy": { inputs: {}, made: { [BUCKET_POLICY]: policy() } } },
  },
  "queues-refuse-plain-text": {
    good: { inputs: {}, made: { [QUEUE_POLICY]: tlsOnly } },
    bad: { "no policy": { inputs: {} }, "that of another": { inputs: {}, others: { [QUEUE_POLICY]: tlsOnly } } },
  },
  "topics-refuse-plain-text": {
    good: { inputs: {}, made: { [TOPIC_POLICY]: tlsOnly } },
    bad: { "no policy": { inputs: {} }, "that of another": { inputs: {}, others: { [TOPIC_POLICY]: tlsOnly } } },
  },
  "brokers-speak-tls-to-iam-roles": {
    type: "aws:msk/cluster:Cluster",
    good: {
      inputs: {
        clientAuthentication: { sasl: { iam: true }, unauthenticated: false },
        encryptionInfo: { encryptionInTransit: { clientBroker: "TLS", inCluster: true } },
      },
    },
    bad: {
      "plain text beside TLS": {
        inputs: {
          clientAuthentication: { sasl: { iam: true }, unauthenticated: false },
          encryptionInfo: { encryptionInTransit: { clientBroker: "TLS_PLAINTEXT", inCluster: true } },
        },
      },
      "open to everybody": {
        inputs: {
          clientAuthentication: { sasl: { iam: true }, unauthenticated: true },
          encryptionInfo: { encryptionInTransit: { clientBroker: "TLS", inCluster: true } },
        },
      },
    },
  },
  "distributions-https-only": {
    good: { inputs: distribution },
    bad: {
      "plain text served": {
        inputs: { ...distribution, defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" } },
      },
      "plain text fetched": {
        inputs: {
          ...distribution,
          origins: [
            {
              originId: "api",
              customOriginConfig: { originProtocolPolicy: "match-viewer", originSslProtocols: ["TLSv1.2"] },
            },
          ],
        },
      },
      "old TLS": { inputs: { ...distribution, viewerCertificate: { minimumProtocolVersion: "TLSv1" } } },
    },
  },
  "api-names-force-tls": {
    good: { inputs: { domainNameConfiguration: { securityPolicy: "TLS_1_2" } } },
    bad: { unset: { inputs: {} }, old: { inputs: { domainNameConfiguration: { securityPolicy: "TLS_1_0" } } } },
  },
  "certificates-renewed-by-themselves": {
    good: { inputs: { validationMethod: "DNS" } },
    bad: { unset: { inputs: {} }, "by mail": { inputs: { validationMethod: "EMAIL" } } },
  },
  "browsers-held-to-https": {
    good: { inputs: { securityHeadersConfig: headers } },
    bad: {
      "a day": {
        inputs: {
          securityHeadersConfig: { ...headers, strictTransportSecurity: { accessControlMaxAgeSec: 86_400 } },
        },
      },
      "types guessed": { inputs: { securityHeadersConfig: { ...headers, contentTypeOptions: undefined } } },
    },
  },
  "mail-encrypted": {
    good: { inputs: { deliveryOptions: { tlsPolicy: "REQUIRE" } } },
    bad: { unset: { inputs: {} }, optional: { inputs: { deliveryOptions: { tlsPolicy: "OPTIONAL" } } } },
  },
  "actions-spelled-out": {
    good: { inputs: allow(["s3:GetObject"], "arn:aws:s3:::b/*") },
    bad: {
      "all of a service": { inputs: allow("s3:*", "arn:aws:s3:::b") },
      "all that begin so": { inputs: allow(["sqs:SendMessage", "s3:Get*"], "arn:aws:s3:::b") },
      "all but some": { inputs: policy({ Effect: "Allow", NotAction: "iam:*", Resource: "arn:aws:s3:::b" }) },
    },
  },
  "resources-narrowed": {
    good: { inputs: allow(["xray:PutTraceSegments"], "*") },
    bad: {
      "any resource": { inputs: allow(["s3:GetObject"], "*") },
      "one that could be narrowed, among those that cannot": {
        inputs: allow(["xray:PutTraceSegments", "lambda:InvokeFunction"], "*"),
      },
      "any function": { inputs: allow(["lambda:InvokeFunction"], "arn:aws:lambda:eu-west-1:1:function:*") },
      "any table": { inputs: allow(["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:1:table/*"]) },
      "all but some": { inputs: policy({ Effect: "Allow", Action: "s3:GetObject", NotResource: "arn:aws:s3:::b" }) },
    },
  },
  "no-broad-managed-policies": {
    type: "aws:iam/role:Role",
    good: { inputs: { ...lambdaTrusts, managedPolicyArns: ["arn:aws:iam::123456789012:policy/own"] } },
    bad: {
      administrator: {
        inputs: { ...lambdaTrusts, managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
      },
    },
  },
  "roles-trusted-narrowly": {
    good: { inputs: lambdaTrusts },
    bad: {
      everybody: { inputs: trust({ AWS: "*" }) },
      "any repository": { inputs: trust({ Federated: "arn:…:oidc-provider/token.actions.githubusercontent.com" }) },
      "repositories by pattern": {
        inputs: trust(
          { Federated: "arn:…" },
          { StringEquals: { "t:aud": "sts.amazonaws.com" }, StringLike: { "t:sub": "repo:a/*" } },
        ),
      },
      "no audience": { inputs: trust(GITHUB, { StringEquals: { "t:sub": "repo:a/b:pull_request" } }) },
      "all that a repository does": {
        inputs: trust(GITHUB, { StringEquals: { "t:aud": "sts.amazonaws.com", "t:sub": "repo:a/b:*" } }),
      },
      "whoever pushes a branch": {
        inputs: trust(GITHUB, {
          StringEquals: { "t:aud": "sts.amazonaws.com", "t:sub": "repo:a/b:ref:refs/heads/main" },
        }),
      },
    },
  },
  "invocations-bound-to-source": {
    good: { inputs: { principal: "events.amazonaws.com", sourceArn: "arn:…" } },
    bad: {
      everybody: { inputs: { principal: "*", sourceArn: "arn:…" } },
      "any API": { inputs: { principal: "apigateway.amazonaws.com" } },
    },
  },
  "buckets-closed": {
    good: { inputs: {}, made: { [BLOCK]: block } },
    bad: {
      "no block": { inputs: {} },
      "half a block": { inputs: {}, made: { [BLOCK]: { ...block, restrictPublicBuckets: false } } },
    },
  },
  "buckets-without-acls": {
    good: { inputs: {}, made: { [CONTROLS]: { rule: { objectOwnership: "BucketOwnerEnforced" } } } },
    bad: {
      "no controls": { inputs: {} },
      "the writer's": { inputs: {}, made: { [CONTROLS]: { rule: { objectOwnership: "ObjectWriter" } } } },
    },
  },
  "resource-policies-private": {
    type: BUCKET_POLICY,
    good: { inputs: tlsOnly },
    bad: { "everybody reads": { inputs: allow("s3:GetObject", "arn:aws:s3:::b/*", { Principal: "*" }) } },
  },
  "databases-private": {
    good: { inputs: { publiclyAccessible: false } },
    bad: { unset: { inputs: {} }, public: { inputs: { publiclyAccessible: true } } },
  },
  "nothing-let-in-from-anywhere": {
    good: { inputs: { cidrIpv4: "10.0.0.0/16" } },
    bad: { anywhere: { inputs: { cidrIpv4: "0.0.0.0/0" } }, "anywhere, IPv6": { inputs: { cidrIpv6: "::/0" } } },
  },
  "security-groups-by-rules": {
    good: { inputs: {} },
    bad: { ingress: { inputs: { ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] } }, egress: { inputs: { egress: [] } } },
  },
  "endpoints-narrowed": {
    good: { inputs: allow("*", "*", { Principal: "*", Condition: { StringEquals: { "aws:PrincipalAccount": "1" } } }) },
    bad: { "no policy": { inputs: {} }, everybody: { inputs: allow("s3:GetObject", "*", { Principal: "*" }) } },
  },
  "routes-authorized": {
    good: { inputs: { routeKey: "GET /balances/{id}", authorizationType: "CUSTOM", authorizerId: "a" } },
    bad: {
      "no token": { inputs: { routeKey: "GET /balances/{id}", authorizationType: "NONE" } },
      "all routes": { inputs: { routeKey: "$default" } },
    },
  },
  "api-through-the-edge-only": {
    type: "aws:apigatewayv2/authorizer:Authorizer",
    good: {
      inputs: { identitySources: ["$request.header.Authorization", "$request.header.x-ahorro-origin"] },
    },
    bad: {
      unset: { inputs: {} },
      "the token only": { inputs: { identitySources: ["$request.header.Authorization"] } },
    },
  },
  "distributions-behind-firewalls": {
    good: { inputs: { ...distribution, webAclId: "arn:…" } },
    bad: { none: { inputs: distribution } },
  },
  "firewalls-block": {
    good: { inputs: firewall },
    bad: {
      "no rules": { inputs: {} },
      "no limit": { inputs: { rules: firewall.rules.slice(1) } },
      "a limit that only counts": {
        inputs: { rules: [{ ...firewall.rules[0], action: { count: {} } }, ...firewall.rules.slice(1)] },
      },
      "a group missing": { inputs: { rules: firewall.rules.slice(0, -1) } },
      "a group that only counts": {
        inputs: { rules: firewall.rules.map((rule) => ({ ...rule, overrideAction: { count: {} } })) },
      },
    },
  },
  "cors-names-origins": {
    good: { inputs: { corsConfiguration: { allowOrigins: ["https://a.example"] } } },
    bad: { any: { inputs: { corsConfiguration: { allowOrigins: ["*"] } } } },
  },
  "databases-backed-up": {
    good: { inputs: { backupRetentionPeriod: 1, copyTagsToSnapshot: true } },
    bad: { unset: { inputs: { copyTagsToSnapshot: true } } },
  },
  "production-databases-backed-up": {
    good: { inputs: backups },
    bad: {
      "a week": { inputs: { ...backups, backupRetentionPeriod: 7 } },
      "no last snapshot": { inputs: { ...backups, skipFinalSnapshot: true } },
    },
  },
  "production-databases-in-two-zones": {
    good: { inputs: {}, made: { [INSTANCE]: {}, [`${INSTANCE} `]: {} } },
    bad: { none: { inputs: {} }, one: { inputs: {}, made: { [INSTANCE]: {} } } },
  },
  "tables-restorable": {
    good: { inputs: { pointInTimeRecovery: { enabled: true } } },
    bad: { unset: { inputs: {} }, off: { inputs: { pointInTimeRecovery: { enabled: false } } } },
  },
  "buckets-keep-or-expire": {
    good: { inputs: {}, made: { [LIFECYCLE]: { rules: [uploads, oldVersions] }, [VERSIONING]: versioned } },
    bad: {
      "no lifecycle": { inputs: {}, made: { [VERSIONING]: versioned } },
      "versions for ever": {
        inputs: {},
        made: { [LIFECYCLE]: { rules: [uploads, expiry] }, [VERSIONING]: versioned },
      },
      "neither kept nor expired": { inputs: {}, made: { [LIFECYCLE]: { rules: [uploads] } } },
      "half uploads": { inputs: {}, made: { [LIFECYCLE]: { rules: [expiry] } } },
    },
  },
  "production-guarded": {
    type: "aws:rds/cluster:Cluster",
    good: { inputs: { deletionProtection: true }, protect: true },
    bad: {
      "by AWS only": { inputs: { deletionProtection: true } },
      "by Pulumi only": { inputs: {}, protect: true },
    },
  },
  "functions-supported": {
    good: { inputs: { runtime: "nodejs24.x", architectures: ["arm64"] } },
    bad: {
      "an old runtime": { inputs: { runtime: "nodejs18.x", architectures: ["arm64"] } },
      "an architecture left open": { inputs: { runtime: "nodejs24.x" } },
    },
  },
  "functions-limited": {
    good: { inputs: { memorySize: 512, timeout: 15, tracingConfig: { mode: "Active" } } },
    bad: {
      "no memory": { inputs: { timeout: 15, tracingConfig: { mode: "Active" } } },
      "no time": { inputs: { memorySize: 512, tracingConfig: { mode: "Active" } } },
      "not traced": { inputs: { memorySize: 512, timeout: 15 } },
    },
  },
  "functions-have-roles-of-their-own": {
    good: { inputs: {}, made: { [FUNCTION]: {} } },
    bad: { shared: { inputs: {}, made: { [FUNCTION]: {}, [`${FUNCTION} `]: {} } } },
  },
  "schedules-do-not-pile-up": {
    good: {
      inputs: {},
      origins: {
        [EVENT_RULE]: { scheduleExpression: "rate(1 minute)" },
        [FUNCTION]: { reservedConcurrentExecutions: 2 },
      },
    },
    bad: {
      "no ceiling": {
        inputs: {},
        origins: { [EVENT_RULE]: { scheduleExpression: "rate(5 minutes)" }, [FUNCTION]: {} },
      },
    },
  },
  "failed-events-kept": {
    good: { inputs: { destinationConfig: { onFailure: { destination: "arn:…" } } } },
    bad: { dropped: { inputs: { maximumRetryAttempts: 0 } } },
  },
  "logs-end": {
    good: { inputs: { retentionInDays: 14 } },
    bad: { unset: { inputs: {} }, "for ever": { inputs: { retentionInDays: 0 } } },
  },
  "production-logs-kept": {
    good: { inputs: { retentionInDays: 90 } },
    bad: { "two weeks": { inputs: { retentionInDays: 14 } } },
  },
  "functions-have-logs-of-their-own": {
    good: { inputs: { loggingConfig: logging }, others: { [LOG_GROUP]: { name: "/aws/lambda/f" } } },
    bad: {
      "not declared": { inputs: { loggingConfig: logging }, others: { [LOG_GROUP]: { name: "/aws/lambda/g" } } },
      shared: {
        inputs: { loggingConfig: logging },
        others: { [LOG_GROUP]: { name: "/aws/lambda/f" }, [FUNCTION]: { loggingConfig: logging } },
      },
      "plain text": {
        inputs: { loggingConfig: { ...logging, logFormat: "Text" } },
        others: { [LOG_GROUP]: { name: "/aws/lambda/f" } },
      },
    },
  },
  "database-logs-end": {
    good: {
      inputs: { clusterIdentifier: "c", enabledCloudwatchLogsExports: ["postgresql"] },
      others: { [LOG_GROUP]: { name: "/aws/rds/cluster/c/postgresql" } },
    },
    bad: {
      "not declared": { inputs: { clusterIdentifier: "c", enabledCloudwatchLogsExports: ["postgresql"] } },
      "named by chance": {
        inputs: { enabledCloudwatchLogsExports: ["postgresql"] },
        others: { [LOG_GROUP]: { name: "/aws/rds/cluster/c/postgresql" } },
      },
    },
  },
  "database-insights": { good: { inputs: { performanceInsightsEnabled: true } }, bad: { unset: { inputs: {} } } },
  "firewalls-logged": {
    good: { inputs: firewall, made: { [ACL_LOGS]: redacted("authorization", "cookie") } },
    bad: {
      "no logs": { inputs: firewall },
      "logs of another": { inputs: firewall, others: { [ACL_LOGS]: redacted("authorization", "cookie") } },
      "with tokens": { inputs: firewall, made: { [ACL_LOGS]: redacted("cookie") } },
      "with everything": { inputs: firewall, made: { [ACL_LOGS]: {} } },
    },
  },
  "distributions-logged": {
    good: {
      inputs: distribution,
      made: { [LOG_SOURCE]: { name: "web" } },
      others: { [LOG_DELIVERY]: { deliverySourceName: "web", recordFields: ["date", "cs-uri-stem"] } },
    },
    bad: {
      "no logs": { inputs: distribution },
      "logs that go nowhere": { inputs: distribution, made: { [LOG_SOURCE]: { name: "web" } } },
      "logs of another": {
        inputs: distribution,
        others: {
          [LOG_SOURCE]: { name: "web" },
          [LOG_DELIVERY]: { deliverySourceName: "web", recordFields: ["date"] },
        },
      },
      "with queries": {
        inputs: distribution,
        made: { [LOG_SOURCE]: { name: "web" } },
        others: { [LOG_DELIVERY]: { deliverySourceName: "web", recordFields: ["date", "cs-uri-query"] } },
      },
      "with everything": {
        inputs: distribution,
        made: { [LOG_SOURCE]: { name: "web" } },
        others: { [LOG_DELIVERY]: { deliverySourceName: "web" } },
      },
    },
  },
  "api-requests-logged-and-limited": {
    good: { inputs: stage },
    bad: {
      "no logs": { inputs: { ...stage, accessLogSettings: undefined } },
      "no limits": { inputs: { ...stage, defaultRouteSettings: {} } },
    },
  },
  "passwords-strong": {
    good: { inputs: passwords },
    bad: {
      short: { inputs: { ...passwords, passwordPolicy: { ...passwords.passwordPolicy, minimumLength: 6 } } },
      "no second factor": { inputs: { ...passwords, mfaConfiguration: "OFF" } },
      "back by telephone": {
        inputs: {
          ...passwords,
          accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_phone_number", priority: 1 }] },
        },
      },
    },
  },
  "sign-in-tells-nothing": {
    good: { inputs: client },
    bad: {
      "passwords sent": { inputs: { ...client, explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] } },
      "who is there": { inputs: { ...client, preventUserExistenceErrors: "LEGACY" } },
      "for a day": { inputs: { ...client, idTokenValidity: 24, tokenValidityUnits: { idToken: "hours" } } },
    },
  },
  "databases-sign-in-by-iam": {
    good: { inputs: database },
    bad: {
      "passwords only": { inputs: { manageMasterUserPassword: true } },
      "a password of ours": { inputs: { ...database, masterPassword: "x" } },
    },
  },
  "no-secrets-in-environments": {
    good: { inputs: variables({ SECRET_ARN: "arn:aws:secretsmanager:…", TOKEN_ISSUER: "https://a.example" }) },
    bad: {
      "by name": { inputs: variables({ DATABASE_PASSWORD: "hunter2" }) },
      "by value": { inputs: variables({ URL: "postgres://app:hunter2@db.example/app" }) },
    },
  },
  "no-secrets-in-code": {
    good: { inputs: { code: { "__index.js": "const password = process.env.PGPASSWORD" } } },
    bad: {
      // Put together, so that scanners of this repository do not take them for real ones.
      "a key": { inputs: { code: { "__index.js": `const id = "${"AKIA"}IOSFODNN7EXAMPLE"` } } },
      "a token": { inputs: { code: { "a.txt": `${"ghp"}_${"a1B2".repeat(9)}` } } },
    },
  },
  "no-secrets-in-files": {
    good: { inputs: { content: "{}" } },
    bad: { "a key": { inputs: { content: `-----BEGIN ${"PRIVATE"} KEY-----\n${"MIIE".repeat(8)}` } } },
  },
  "everything-tagged": {
    good: { inputs: { defaultTags: JSON.stringify({ tags }) } },
    bad: { none: { inputs: {} }, some: { inputs: { defaultTags: { tags: { ...tags, stack: "" } } } } },
  },
};
