import assert from "node:assert/strict";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const FUNCTION = "aws:lambda/function:Function";
const NETWORK_INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

const base = (name: string) => [
  {
    Sid: "WriteOwnLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/ahorro-prod-${name}:*`,
  },
  {
    Sid: "WriteTraces",
    Effect: "Allow",
    Action: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    Resource: "*",
  },
];

const inNetwork = (name: string) => [
  { Sid: "ManageNetworkInterfaces", Effect: "Allow", Action: NETWORK_INTERFACES, Resource: "*" },
  {
    Sid: "NotByFunctionCode",
    Effect: "Deny",
    Action: NETWORK_INTERFACES,
    Resource: "*",
    Condition: { ArnLike: { "lambda:SourceFunctionArn": `arn:aws:lambda:*:*:function:ahorro-prod-${name}` } },
  },
];

const connectAs = (user: string, sid = "ConnectToDatabase") => ({
  Sid: sid,
  Effect: "Allow",
  Action: ["rds-db:connect"],
  Resource: `arn:aws:rds-db:eu-west-1:123456789012:dbuser:cluster-DATABASE/${user}`,
});

const CATEGORIES = "arn:aws:dynamodb:eu-west-1:123456789012:table/ahorro-prod-categories";

const useCategories = [
  {
    Sid: "UseTable",
    Effect: "Allow",
    Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    Resource: CATEGORIES,
  },
  { Sid: "QueryIndexes", Effect: "Allow", Action: ["dynamodb:Query"], Resource: [`${CATEGORIES}/index/score`] },
];

const callRelay = (database: string) => ({
  Sid: "CallRelay",
  Effect: "Allow",
  Action: ["lambda:InvokeFunction"],
  Resource: `arn:aws:lambda:eu-west-1:123456789012:function:ahorro-prod-${database}-relay`,
});

const kafka = (type: string, more = "") =>
  `arn:aws:kafka:eu-west-1:123456789012:${type}/ahorro-prod-events/00000000-0000-4000-8000-000000000000-1${more}`;

const topics = (...names: string[]) => names.map((name) => kafka("topic", `/${name}`));

/** "Common use cases for client authorization policy", MSK developer guide: produce data idempotently. */
const publishEvents = (...names: string[]) => [
  {
    Sid: "ConnectToBrokers",
    Effect: "Allow",
    Action: ["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"],
    Resource: kafka("cluster"),
  },
  {
    Sid: "UseTopics",
    Effect: "Allow",
    Action: ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
    Resource: topics(...names),
  },
];

/** "Configuring Lambda permissions for Amazon MSK event source mappings", Lambda developer guide. */
const consumeEvents = (group: string, ...names: string[]) => [
  {
    Sid: "ReachBrokers",
    Effect: "Allow",
    Action: ["kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration", "kafka:DescribeClusterV2"],
    Resource: kafka("cluster"),
  },
  { Sid: "FindBrokers", Effect: "Allow", Action: ["kafka:GetBootstrapBrokers"], Resource: "*" },
  {
    Sid: "ReadTopics",
    Effect: "Allow",
    Action: ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
    Resource: topics(...names),
  },
  {
    Sid: "KeepOffsets",
    Effect: "Allow",
    Action: ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
    Resource: names.map((name) => kafka("group", `/${group}.${name}`)),
  },
  {
    Sid: "PollFromNetwork",
    Effect: "Allow",
    Action: [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
    ],
    Resource: "*",
  },
  {
    Sid: "SetAside",
    Effect: "Allow",
    Action: ["lambda:InvokeFunction"],
    Resource: "arn:aws:lambda:eu-west-1:123456789012:function:ahorro-prod-dead-letters",
  },
];

const EXPORTS = "arn:aws:s3:::ahorro-prod-exports-1";
const useObjects = (...Action: string[]) => ({ Sid: "UseObjects", Effect: "Allow", Action, Resource: `${EXPORTS}/*` });
const listObjects = { Sid: "ListObjects", Effect: "Allow", Action: ["s3:ListBucket"], Resource: EXPORTS };
const WRITE = ["s3:PutObject", "s3:AbortMultipartUpload"];

/** Every function with exactly the rights it holds. */
const STATEMENTS: Record<string, unknown[]> = {
  "api-authorizer": base("api-authorizer"),
  "api-origin": base("api-origin"),
  "platform-api": base("platform-api"),
  "users-api": [...base("users-api"), ...inNetwork("users-api"), connectAs("users_api"), callRelay("users")],
  "users-migrations": [...base("users-migrations"), ...inNetwork("users-migrations"), connectAs("users_migrator")],
  "categories-api": [
    ...base("categories-api"),
    ...inNetwork("categories-api"),
    ...useCategories,
    connectAs("transactions_reader"),
  ],
  "categories-consumer": [
    ...base("categories-consumer"),
    ...useCategories,
    ...consumeEvents("categories", "ahorro.users", "ahorro.transactions"),
  ],
  "transactions-api": [
    ...base("transactions-api"),
    ...inNetwork("transactions-api"),
    connectAs("transactions_api"),
    callRelay("transactions"),
  ],
  "transactions-migrations": [
    ...base("transactions-migrations"),
    ...inNetwork("transactions-migrations"),
    connectAs("transactions_migrator"),
  ],
  "transactions-consumer": [
    ...base("transactions-consumer"),
    ...inNetwork("transactions-consumer"),
    connectAs("transactions_consumer"),
    ...consumeEvents("transactions", "ahorro.users"),
  ],
  "ledger-check": [
    ...base("ledger-check"),
    ...inNetwork("ledger-check"),
    connectAs("transactions_auditor"),
    {
      Sid: "GoOn",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: "arn:aws:lambda:eu-west-1:123456789012:function:ahorro-prod-ledger-check",
    },
  ],
  "analytics-migrations": [
    ...base("analytics-migrations"),
    ...inNetwork("analytics-migrations"),
    connectAs("analytics_migrator"),
  ],
  "rates-loader": [
    ...base("rates-loader"),
    {
      Sid: "CallWriter",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: "arn:aws:lambda:eu-west-1:123456789012:function:ahorro-prod-rates-writer",
    },
  ],
  "rates-writer": [...base("rates-writer"), ...inNetwork("rates-writer"), connectAs("analytics_loader")],
  "users-exporter": [...base("users-exporter"), ...inNetwork("users-exporter"), connectAs("users_exporter")],
  "transactions-exporter": [
    ...base("transactions-exporter"),
    ...inNetwork("transactions-exporter"),
    connectAs("transactions_exporter"),
    useObjects("s3:GetObject", ...WRITE),
    listObjects,
  ],
  "categories-exporter": [
    ...base("categories-exporter"),
    { Sid: "UseTable", Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:Query"], Resource: CATEGORIES },
    { Sid: "QueryIndexes", Effect: "Allow", Action: ["dynamodb:Query"], Resource: [`${CATEGORIES}/index/score`] },
  ],
  "exports-api": [
    ...base("exports-api"),
    useObjects("s3:GetObject", ...WRITE),
    listObjects,
    {
      Sid: "BeginJob",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: "arn:aws:lambda:eu-west-1:123456789012:function:ahorro-prod-exports-job",
    },
  ],
  "exports-job": [
    ...base("exports-job"),
    useObjects("s3:GetObject", ...WRITE, "s3:DeleteObject"),
    listObjects,
    {
      Sid: "CallSources",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: ["users", "transactions", "categories"].map(
        (service) => `arn:aws:lambda:eu-west-1:123456789012:function:ahorro-prod-${service}-exporter`,
      ),
    },
  ],
  "exports-consumer": [
    ...base("exports-consumer"),
    useObjects(...WRITE, "s3:DeleteObject"),
    listObjects,
    ...consumeEvents("exports", "ahorro.users"),
  ],
  "notifications-consumer": [
    ...base("notifications-consumer"),
    {
      Sid: "UseTable",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      Resource: "arn:aws:dynamodb:eu-west-1:123456789012:table/ahorro-prod-notifications",
    },
    {
      Sid: "SendMail",
      Effect: "Allow",
      Action: ["ses:SendEmail"],
      Resource: [
        "arn:aws:ses:eu-west-1:123456789012:identity/ahorro.example",
        "arn:aws:ses:eu-west-1:123456789012:configuration-set/ahorro-prod-mail",
      ],
      Condition: { StringEquals: { "ses:FromAddress": "no-reply@ahorro.example" } },
    },
    ...consumeEvents("notifications", "ahorro.users"),
  ],
  "identity-consumer": [
    ...base("identity-consumer"),
    {
      Sid: "DeleteUsers",
      Effect: "Allow",
      Action: ["cognito-idp:AdminDeleteUser"],
      Resource: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_identity",
    },
    ...consumeEvents("identity", "ahorro.users"),
  ],
  "lake-consumer": [
    ...base("lake-consumer"),
    {
      Sid: "PutRows",
      Effect: "Allow",
      Action: ["firehose:PutRecord"],
      Resource: ["user-events", "transaction-events"].map(
        (table) => `arn:aws:firehose:eu-west-1:123456789012:deliverystream/ahorro-prod-lake-${table}`,
      ),
    },
    ...consumeEvents("lake", "ahorro.users", "ahorro.transactions"),
  ],
  "users-relay": [
    ...base("users-relay"),
    ...inNetwork("users-relay"),
    connectAs("users_relay"),
    ...publishEvents("ahorro.users"),
  ],
  "analytics-api": [...base("analytics-api"), ...inNetwork("analytics-api"), connectAs("analytics_api")],
  "analytics-consumer": [
    ...base("analytics-consumer"),
    ...inNetwork("analytics-consumer"),
    connectAs("analytics_consumer"),
    ...consumeEvents("analytics", "ahorro.users", "ahorro.transactions"),
  ],
  "analytics-rebuild": [
    ...base("analytics-rebuild"),
    ...inNetwork("analytics-rebuild"),
    connectAs("analytics_consumer"),
    connectAs("transactions_copier", "ConnectToLedger"),
  ],
  "transactions-relay": [
    ...base("transactions-relay"),
    ...inNetwork("transactions-relay"),
    connectAs("transactions_relay"),
    ...publishEvents("ahorro.transactions"),
  ],
  "dead-letters": [
    ...base("dead-letters"),
    ...inNetwork("dead-letters"),
    ...publishEvents("ahorro.users.dlq", "ahorro.transactions.dlq"),
  ],
  "dead-letters-replay": [
    ...base("dead-letters-replay"),
    ...inNetwork("dead-letters-replay"),
    ...publishEvents("ahorro.users", "ahorro.transactions"),
    {
      Sid: "ReadDeadLetters",
      Effect: "Allow",
      Action: ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
      Resource: topics("ahorro.users.dlq", "ahorro.transactions.dlq"),
    },
    {
      Sid: "KeepOffsets",
      Effect: "Allow",
      Action: ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
      Resource: [kafka("group", "/dead-letters")],
    },
  ],
  "events-topics": [
    ...base("events-topics"),
    ...inNetwork("events-topics"),
    { Sid: "ConnectToBrokers", Effect: "Allow", Action: ["kafka-cluster:Connect"], Resource: kafka("cluster") },
    {
      Sid: "UseTopics",
      Effect: "Allow",
      Action: ["kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic"],
      Resource: topics("ahorro.users", "ahorro.transactions", "ahorro.users.dlq", "ahorro.transactions.dlq"),
    },
  ],
  "web-invalidation": [
    ...base("web-invalidation"),
    {
      Sid: "Invalidate",
      Effect: "Allow",
      Action: ["cloudfront:CreateInvalidation"],
      Resource: "arn:aws:cloudfront::123456789012:distribution/EWEB",
    },
  ],
  "database-bootstrap": [
    ...base("database-bootstrap"),
    {
      Sid: "RunStatements",
      Effect: "Allow",
      Action: ["rds-data:ExecuteStatement"],
      Resource: "arn:aws:rds:eu-west-1:123456789012:cluster:ahorro-prod-database",
    },
    {
      Sid: "UseMasterSecret",
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue"],
      Resource: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-database",
    },
  ],
};

const LIMITS: Record<string, { timeout: number; memorySize: number; reservedConcurrentExecutions?: number }> = {
  "api-authorizer": { timeout: 10, memorySize: 512 },
  "api-origin": { timeout: 10, memorySize: 512 },
  "platform-api": { timeout: 15, memorySize: 512 },
  "users-api": { timeout: 15, memorySize: 512 },
  "categories-api": { timeout: 15, memorySize: 512 },
  "categories-consumer": { timeout: 60, memorySize: 512 },
  "transactions-consumer": { timeout: 120, memorySize: 512 },
  "notifications-consumer": { timeout: 60, memorySize: 512 },
  "lake-consumer": { timeout: 60, memorySize: 512 },
  "identity-consumer": { timeout: 60, memorySize: 512 },
  "transactions-api": { timeout: 15, memorySize: 512 },
  "transactions-migrations": { timeout: 900, memorySize: 512 },
  "analytics-migrations": { timeout: 900, memorySize: 512 },
  "rates-loader": { timeout: 300, memorySize: 512 },
  "users-exporter": { timeout: 15, memorySize: 512 },
  "transactions-exporter": { timeout: 30, memorySize: 1769 },
  "categories-exporter": { timeout: 15, memorySize: 512 },
  "exports-api": { timeout: 15, memorySize: 512 },
  "exports-job": { timeout: 900, memorySize: 1024 },
  "exports-consumer": { timeout: 60, memorySize: 512 },
  "ledger-check": { timeout: 900, memorySize: 512 },
  "rates-writer": { timeout: 60, memorySize: 512 },
  "users-migrations": { timeout: 900, memorySize: 512 },
  "analytics-api": { timeout: 15, memorySize: 512 },
  "analytics-consumer": { timeout: 120, memorySize: 512 },
  "analytics-rebuild": { timeout: 900, memorySize: 512, reservedConcurrentExecutions: 1 },
  // One at work, one that waits its turn.
  "users-relay": { timeout: 60, memorySize: 512, reservedConcurrentExecutions: 2 },
  "transactions-relay": { timeout: 60, memorySize: 512, reservedConcurrentExecutions: 2 },
  "events-topics": { timeout: 120, memorySize: 512 },
  "web-invalidation": { timeout: 60, memorySize: 512 },
  "dead-letters": { timeout: 30, memorySize: 512 },
  // The next one would share the partitions with it.
  "dead-letters-replay": { timeout: 120, memorySize: 512, reservedConcurrentExecutions: 1 },
  "database-bootstrap": { timeout: 120, memorySize: 512 },
};

/** What consumers are told besides. */
const deadLetters = (group: string) => ({ CONSUMER_GROUP: group, DEAD_LETTERS_FUNCTION: "ahorro-prod-dead-letters" });

describe("functions as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("are these and no others", () => {
    const names = resourcesOf(graph, FUNCTION).map(({ name }) => name);
    assert.deepEqual(names.sort(), Object.keys(STATEMENTS).sort());
  });

  for (const [name, statements] of Object.entries(STATEMENTS)) {
    it(`${name} may do exactly what it needs`, () => {
      const policy = resource(graph, "aws:iam/rolePolicy:RolePolicy", name);
      const role = resource(graph, "aws:iam/role:Role", name);
      assert.deepEqual(JSON.parse(policy.inputs.policy), { Version: "2012-10-17", Statement: statements });
      assert.equal(policy.inputs.role, role.outputs.name);
      assert.equal(resource(graph, FUNCTION, name).inputs.role, role.outputs.arn);
      assert.deepEqual(JSON.parse(role.inputs.assumeRolePolicy).Statement, [
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]);
      assert.equal(role.inputs.managedPolicyArns, undefined);
    });

    it(`${name} has explicit settings, and its own log group from the start`, () => {
      const declared = resource(graph, FUNCTION, name);
      const { description, environment, code, role, vpcConfig, ...settings } = declared.inputs;
      assert.deepEqual(settings, {
        name: `ahorro-prod-${name}`,
        handler: "__index.handler",
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        tracingConfig: { mode: "Active" },
        loggingConfig: {
          logFormat: "JSON",
          applicationLogLevel: "INFO",
          systemLogLevel: "INFO",
          logGroup: `/aws/lambda/ahorro-prod-${name}`,
        },
        ...LIMITS[name],
      });
      assert.ok(description.length > 10);
      const logGroup = resource(graph, "aws:cloudwatch/logGroup:LogGroup", name);
      assert.deepEqual(logGroup.inputs, { name: `/aws/lambda/ahorro-prod-${name}`, retentionInDays: 365 });
      const dependencies = dependenciesOf(graph, declared);
      assert.ok(dependencies.includes(`aws:cloudwatch/logGroup:LogGroup ${name}`));
      assert.ok(dependencies.includes(`aws:iam/rolePolicy:RolePolicy ${name}`));
    });
  }

  it("run inside the network only where they use the database or publish events", () => {
    const within = (...securityGroupIds: string[]) => ({
      subnetIds: ["subnet-isolated-network-1", "subnet-isolated-network-2"],
      securityGroupIds,
    });
    const placement = within("network-lambda-id");
    const placed = resourcesOf(graph, FUNCTION).map(({ name, inputs }) => [name, inputs.vpcConfig]);
    assert.deepEqual(Object.fromEntries(placed), {
      "api-authorizer": undefined,
      "api-origin": undefined,
      "platform-api": undefined,
      "web-invalidation": undefined,
      "database-bootstrap": undefined,
      "users-api": placement,
      "analytics-api": placement,
      "analytics-consumer": placement,
      "analytics-rebuild": placement,
      "categories-api": placement,
      "categories-consumer": undefined,
      "transactions-consumer": placement,
      "notifications-consumer": undefined,
      "identity-consumer": undefined,
      "lake-consumer": undefined,
      "transactions-api": placement,
      "ledger-check": placement,
      "transactions-migrations": placement,
      "analytics-migrations": placement,
      "rates-loader": undefined,
      "users-exporter": placement,
      "transactions-exporter": placement,
      "categories-exporter": undefined,
      "exports-api": undefined,
      "exports-job": undefined,
      "exports-consumer": undefined,
      "rates-writer": placement,
      "users-migrations": placement,
      "users-relay": within("network-lambda-id", "events-clients-id"),
      "transactions-relay": within("network-lambda-id", "events-clients-id"),
      "events-topics": within("events-clients-id"),
      "dead-letters": within("events-clients-id"),
      "dead-letters-replay": within("events-clients-id"),
    });
  });

  for (const database of ["users", "transactions"]) {
    it(`of ${database} are told where the database is and who they are there, and where events go`, () => {
      const variables = {
        DATABASE_HOST: "ahorro-prod-database.cluster-example.eu-west-1.rds.amazonaws.com",
        DATABASE_PORT: "5432",
        DATABASE_NAME: database,
        NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      };
      assert.deepEqual(resource(graph, FUNCTION, `${database}-api`).inputs.environment.variables, {
        ...variables,
        DATABASE_USER: `${database}_api`,
        RATE_LIMIT: "1000",
        RELAY_FUNCTION: `ahorro-prod-${database}-relay`,
      });
      assert.deepEqual(resource(graph, FUNCTION, `${database}-relay`).inputs.environment.variables, {
        ...variables,
        DATABASE_USER: `${database}_relay`,
        KAFKA_BROKERS: "boot-events.kafka-serverless.eu-west-1.amazonaws.com:9098",
        KAFKA_SECURITY: "iam",
        METRICS_NAMESPACE: "ahorro-prod",
      });
      assert.deepEqual(resource(graph, FUNCTION, `${database}-migrations`).inputs.environment.variables, {
        ...variables,
        DATABASE_USER: `${database}_migrator`,
      });
    });

    it(`of ${database} change over in order: databases and roles, migrations, API and relay`, () => {
      const invocation = (name: string) => resource(graph, "aws:lambda/invocation:Invocation", name);
      for (const name of [`${database}-api`, `${database}-relay`]) {
        assert.ok(
          dependenciesOf(graph, resource(graph, FUNCTION, name)).includes(
            `aws:lambda/invocation:Invocation ${database}-migrations`,
          ),
        );
      }
      const migration = dependenciesOf(graph, invocation(`${database}-migrations`));
      assert.ok(migration.includes("aws:lambda/invocation:Invocation database-bootstrap"));
      assert.ok(migration.includes(`${FUNCTION} ${database}-migrations`));
      const bootstrap = dependenciesOf(graph, invocation("database-bootstrap"));
      assert.ok(bootstrap.includes("aws:rds/clusterInstance:ClusterInstance database-1"));
    });

    it(`of ${database} are migrated again exactly when a migration changes`, () => {
      const { inputs } = resource(graph, "aws:lambda/invocation:Invocation", `${database}-migrations`);
      assert.equal(inputs.functionName, `ahorro-prod-${database}-migrations`);
      assert.match(inputs.triggers.migrations, /^[0-9a-f]{64}$/);
    });
  }

  it("are told where categories are, and how scores decay", () => {
    assert.deepEqual(resource(graph, FUNCTION, "categories-consumer").inputs.environment.variables, {
      CATEGORIES_TABLE: "ahorro-prod-categories",
      SCORE_HALF_LIFE_DAYS: "30",
      ...deadLetters("categories"),
    });
    const api = resource(graph, FUNCTION, "categories-api");
    const { CATEGORIES_TABLE, SCORE_HALF_LIFE_DAYS, DATABASE_NAME, DATABASE_USER, RATE_LIMIT } =
      api.inputs.environment.variables;
    assert.deepEqual(
      [CATEGORIES_TABLE, SCORE_HALF_LIFE_DAYS, DATABASE_NAME, DATABASE_USER, RATE_LIMIT],
      ["ahorro-prod-categories", "30", "transactions", "transactions_reader", "1000"],
    );
    assert.ok(dependenciesOf(graph, api).includes("aws:lambda/invocation:Invocation transactions-migrations"));
  });

  it("of analytics know their own database, and only the one that rebuilds knows the ledger", () => {
    const at = {
      HOST: "ahorro-prod-database.cluster-example.eu-west-1.rds.amazonaws.com",
      PORT: "5432",
    };
    const database = (prefix: string, name: string, user: string) =>
      Object.fromEntries(
        Object.entries({ ...at, NAME: name, USER: user }).map(([variable, value]) => [`${prefix}_${variable}`, value]),
      );
    const certificates = { NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" };
    const expected = {
      "analytics-api": { ...database("DATABASE", "analytics", "analytics_api"), RATE_LIMIT: "1000" },
      "analytics-consumer": {
        ...database("DATABASE", "analytics", "analytics_consumer"),
        ...deadLetters("analytics"),
      },
      "analytics-rebuild": {
        ...database("DATABASE", "analytics", "analytics_consumer"),
        ...database("LEDGER", "transactions", "transactions_copier"),
      },
    };
    for (const [name, variables] of Object.entries(expected)) {
      const declared = resource(graph, FUNCTION, name);
      assert.deepEqual(declared.inputs.environment.variables, { ...variables, ...certificates });
      assert.ok(dependenciesOf(graph, declared).includes("aws:lambda/invocation:Invocation analytics-migrations"));
    }
    assert.ok(
      dependenciesOf(graph, resource(graph, FUNCTION, "analytics-rebuild")).includes(
        "aws:lambda/invocation:Invocation transactions-migrations",
      ),
    );
  });

  it("that consume are told where they write, and to whom", () => {
    const variables = (name: string) => resource(graph, FUNCTION, name).inputs.environment.variables;
    assert.deepEqual(variables("transactions-consumer"), {
      DATABASE_HOST: "ahorro-prod-database.cluster-example.eu-west-1.rds.amazonaws.com",
      DATABASE_PORT: "5432",
      DATABASE_NAME: "transactions",
      DATABASE_USER: "transactions_consumer",
      NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      ...deadLetters("transactions"),
    });
    assert.deepEqual(variables("notifications-consumer"), {
      NOTIFICATIONS_TABLE: "ahorro-prod-notifications",
      MAIL_FROM: "no-reply@ahorro.example",
      MAIL_CONFIGURATION_SET: "ahorro-prod-mail",
      WEB_URL: "https://app.ahorro.example",
      ...deadLetters("notifications"),
    });
    assert.deepEqual(variables("web-invalidation"), { DISTRIBUTION_ID: "EWEB" });
    assert.deepEqual(variables("identity-consumer"), {
      USER_POOL_ID: "eu-west-1_identity",
      ...deadLetters("identity"),
    });
    assert.ok(
      dependenciesOf(graph, resource(graph, FUNCTION, "transactions-consumer")).includes(
        "aws:lambda/invocation:Invocation transactions-migrations",
      ),
    );
  });
});
