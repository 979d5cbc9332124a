import * as v from "valibot";

const integer = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Aurora Serverless v2 scales in halves of a capacity unit, from 0 (paused) to 256. */
const capacity = v.pipe(v.number(), v.minValue(0), v.maxValue(256), v.multipleOf(0.5));

const origin = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[\w.-]+(:\d+)?$/, "must be an origin, such as https://app.example.com"),
);

const githubRepository = v.pipe(
  v.string(),
  v.regex(/^[\w.-]+\/[\w.-]+$/, "must be a repository on GitHub, such as owner/name"),
);

const hostName = v.pipe(
  v.string(),
  v.regex(/^([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/, "must be a host name, such as app.example.com"),
);

/** The keys of the program's own configuration, below `ahorro:`. What is said of each stands in docs/configuration.md, too. */
export const schemas = {
  network: v.strictObject({
    /** How many zones subnets are in. Aurora demands two at least. Not to be changed on a network that is there. */
    availabilityZones: integer(2, 3),
    /** Ways from the network to the internet: none, one for all zones, or one in each; about $39 a month each. Nothing in the program needs one. */
    natGateways: v.picklist(["None", "Single", "OnePerAz"]),
    /**
     * How functions in the network reach AWS's Lambda API. `endpoints`: interface endpoints, about $8 a month each and zone, with a policy of
     * their own. `ipv6`: an egress-only internet gateway, which is free, and lets functions out to all of the internet's IPv6.
     */
    awsAccess: v.picklist(["endpoints", "ipv6"]),
  }),
  database: v.pipe(
    v.strictObject({
      /** All databases on one cluster, or one for each service. Data does not move by itself: see docs/database.md. */
      clusters: v.picklist(["shared", "perService"]),
      /** Aurora capacity units (about 2 GiB of memory each) of an instance when nothing is to be done; 0 lets the cluster pause. At most `maxCapacity`. */
      minCapacity: capacity,
      /** And when there is most to do. */
      maxCapacity: v.pipe(capacity, v.minValue(1)),
      /** Seconds without a connection until the cluster pauses. Goes with `minCapacity` 0, and only with it. */
      autoPauseSeconds: v.exactOptional(integer(300, 86_400)),
      /** The writer, and readers that take over from it. */
      instances: integer(1, 16),
      /** Any moment of so many days back can be restored. */
      backupRetentionDays: integer(1, 35),
      /** A key of our own. Not to be changed on a cluster that is there: it would be replaced. */
      ownKey: v.boolean(),
      /** AWS and Pulumi refuse to delete the cluster, and when it is deleted all the same, a last snapshot is taken. */
      deletionProtection: v.boolean(),
    }),
    v.forward(
      v.check(({ minCapacity, maxCapacity }) => minCapacity <= maxCapacity, "must not exceed maxCapacity"),
      ["minCapacity"],
    ),
    v.forward(
      v.check(
        ({ minCapacity, autoPauseSeconds }) => (minCapacity === 0) === (autoPauseSeconds !== undefined),
        "goes with minCapacity 0, and only with it",
      ),
      ["autoPauseSeconds"],
    ),
  ),
  identity: v.strictObject({
    /** AWS and Pulumi refuse to delete the user pool. */
    deletionProtection: v.boolean(),
    /** Whether passwords may be sent to sign in, instead of a proof of knowing them (SRP). For the local stack only. */
    passwordSignIn: v.boolean(),
  }),
  api: v.pipe(
    v.strictObject({
      /** Requests a second that API Gateway lets through, of all callers together; others are answered 429. */
      requestsPerSecond: integer(1, 10_000),
      /** Requests at once beyond these. */
      burst: integer(1, 5_000),
      /** Pages of these origins may call the API from a browser, besides the web app, which is of the same origin. */
      corsOrigins: v.array(origin),
    }),
  ),
  categories: v.strictObject({
    /** After so many days an old use of a category counts half. Not to be changed on a table that has scores. */
    halfLifeDays: integer(14, 365),
    /** AWS and Pulumi refuse to delete the table. */
    deletionProtection: v.boolean(),
  }),
  events: v.strictObject({
    /** Pulumi refuses to delete the broker, and what it holds with it. */
    deletionProtection: v.boolean(),
    /** Kafka: Amazon MSK without servers, or two small ones of its own. `none`: relays hand events straight to the functions that consume them. */
    broker: v.picklist(["serverless", "provisioned", "none"]),
    /** How often outboxes are looked into unasked. Each look wakes a database that has paused. */
    sweep: v.pipe(
      v.string(),
      v.regex(
        /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/,
        "must be a rate, such as rate(5 minutes)",
      ),
    ),
  }),
  ledger: v.strictObject({
    /** How often all balances are compared with their transactions. Each check wakes a database that has paused. */
    check: v.pipe(
      v.string(),
      v.regex(
        /^rate\((1 (hour|day)|([2-9]|1\d|2[0-4]) hours|[23] days)\)$/,
        "must be a rate from rate(1 hour) to rate(3 days)",
      ),
    ),
  }),
  mail: v.pipe(
    v.strictObject({
      /** Domain or address that SES may send from. */
      identity: v.pipe(
        v.string(),
        v.regex(/^([\w.+-]+@)?([a-z\d-]+\.)+[a-z]{2,}$/, "must be a domain or an e-mail address"),
      ),
      /** The one sender of all mails. */
      from: v.pipe(v.string(), v.regex(/^[\w.+-]+@([a-z\d-]+\.)+[a-z]{2,}$/, "must be an e-mail address")),
      /** Where links in mails lead; the web app's own address unless told. */
      webUrl: v.exactOptional(origin),
    }),
    v.forward(
      v.check(
        ({ identity, from }) => from === identity || from.endsWith(`@${identity}`),
        "must be the identity, or an address of its domain",
      ),
      ["from"],
    ),
  ),
  rates: v.strictObject({
    /** Where the ECB's documents of exchange rates are fetched from; never, where it is left out. */
    feedUrl: v.exactOptional(
      v.pipe(v.string(), v.regex(/^https?:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)*$/, "must be a URL without a final slash")),
    ),
  }),
  web: v.strictObject({
    /** Where CloudFront serves from: 100 is Europe and North America, 200 adds Asia, Africa and more, All is everywhere. */
    priceClass: v.picklist(["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
  }),
  /** Names of one's own; without them, the web app and the API are served under those that AWS gives. */
  domain: v.strictObject({
    /** Of the web app, and of the API below /api. */
    name: v.exactOptional(hostName),
    /** The public hosted zone in Route 53 that the names are in. It is there already. */
    zone: v.exactOptional(hostName),
    /** Of the API itself. */
    api: v.exactOptional(hostName),
  }),
  edge: v.strictObject({
    /** A web application firewall on CloudFront, $9 a month; none, where it is left out. */
    firewall: v.exactOptional(
      v.strictObject({
        /** Requests that one address may send within five minutes. */
        requestsPerAddress: integer(10, 2_000_000_000),
      }),
    ),
    /** Numbers of the keys by which the API knows CloudFront: the first is sent, all are taken. A new number is a new key. */
    originKeys: v.pipe(
      v.array(integer(1, 1_000_000)),
      v.maxLength(2, "must be two at most: the one that is sent, and the one before or after it"),
      v.check((keys) => new Set(keys).size === keys.length, "must be different from each other"),
    ),
    /** Whether the API refuses what shows none of the keys, that is what does not come through CloudFront. */
    originRequired: v.boolean(),
  }),
  lake: v.strictObject({
    /** What is known of transactions is deleted from the lake after so many days. Saved queries look back a year and some. */
    keepDays: integer(400, 3_653),
    /** A query that would read more GB is cancelled; each 1,000 cost $5. */
    scanLimitGb: integer(1, 10_000),
    /** Pulumi refuses to delete the bucket. */
    deletionProtection: v.boolean(),
  }),
  /** What is watched, and beyond what something is wrong. What is left out is not watched; each alarm costs $0.10 a month or so. */
  alarms: v.strictObject({
    /** Who is told; each confirms a mail of AWS first. */
    mails: v.array(v.pipe(v.string(), v.regex(/^[\w.+-]+@([a-z\d-]+\.)+[a-z]{2,}$/, "must be an e-mail address"))),
    /** $3 a month after the first three of an account. */
    dashboard: v.boolean(),
    /** A balance that is not what its transactions add up to; a check of the ledger that does not come. */
    ledger: v.boolean(),
    /** Events that the broker refuses, and those that consumers cannot handle. */
    deadLetters: v.boolean(),
    /** Requests that fail on our side, of a hundred. */
    apiErrorPercent: v.exactOptional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(100))),
    /** One request in a hundred may take longer. */
    apiLatencyMs: v.exactOptional(integer(10, 30_000)),
    /** How long an event may wait for its publication. */
    relayLagSeconds: v.exactOptional(integer(10, 86_400)),
    /** How many events may wait for a consumer. */
    consumerLagEvents: v.exactOptional(integer(1, 10_000_000)),
    /** Of what database.maxCapacity allows. */
    databaseCapacityPercent: v.exactOptional(integer(10, 100)),
    /** US dollars, of the whole account. */
    monthlyBudget: v.exactOptional(integer(1, 1_000_000)),
  }),
  /** Who deploys besides people with keys of their own; nobody, where it is empty. */
  delivery: v.pipe(
    v.strictObject({
      /** Workflows of GitHub (.github/workflows): roles for them. */
      github: v.exactOptional(
        v.strictObject({
          /** On GitHub, as `owner/name`. */
          repository: githubRepository,
          /** Where the account has a provider of GitHub's tokens already, its ARN: it takes one only. */
          oidcProviderArn: v.exactOptional(
            v.pipe(
              v.string(),
              v.regex(
                /^arn:aws:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
                "must be the ARN of the OIDC provider token.actions.githubusercontent.com",
              ),
            ),
          ),
        }),
      ),
      /** A pipeline in AWS. */
      pipeline: v.exactOptional(
        v.strictObject({
          /** On GitHub, as `owner/name`. */
          repository: githubRepository,
          /** What is pushed to it is deployed. */
          branch: v.pipe(v.string(), v.regex(/^[\w./-]+$/, "must be a branch")),
          /** The connection to GitHub, which somebody has made and allowed in the console. */
          connectionArn: v.pipe(
            v.string(),
            v.regex(
              /^arn:aws:codeconnections:[a-z\d-]+:\d{12}:connection\/[\da-f-]{36}$/,
              "must be the ARN of a connection of CodeConnections",
            ),
          ),
        }),
      ),
      /** Where Pulumi keeps the stack's state, which whoever deploys has to reach. */
      state: v.exactOptional(
        v.strictObject({
          /** The bucket that `pulumi login s3://…` names. */
          bucket: v.pipe(v.string(), v.regex(/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, "must be a bucket's name")),
          /** The KMS key that is the stack's secrets provider. */
          keyArn: v.pipe(
            v.string(),
            v.regex(/^arn:aws:kms:[a-z\d-]+:\d{12}:key\/[\da-f-]{36}$/, "must be the ARN of a KMS key"),
          ),
        }),
      ),
    }),
    v.forward(
      v.check(
        ({ github, pipeline, state }) => (github !== undefined || pipeline !== undefined) === (state !== undefined),
        "goes with github or pipeline, who need to know it, and only with them",
      ),
      ["state"],
    ),
  ),
  logs: v.strictObject({
    /** How long logs are kept: one of the periods that CloudWatch Logs knows. */
    retentionDays: v.picklist([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]),
  }),
};

export type Schemas = typeof schemas;

/** What the program is told, apart from its region. */
export type Settings = { [Key in keyof Schemas]: v.InferOutput<Schemas[Key]> };
