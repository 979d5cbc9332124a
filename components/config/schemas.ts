import * as v from "valibot";

const integer = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Aurora Serverless v2 scales in halves of a capacity unit, from 0 (paused) to 256. */
const capacity = v.pipe(v.number(), v.minValue(0), v.maxValue(256), v.multipleOf(0.5));

const origin = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[\w.-]+(:\d+)?$/, "must be an origin, such as https://app.example.com"),
);

const repository = v.pipe(
  v.string(),
  v.regex(/^[\w.-]+\/[\w.-]+$/, "must be a repository on GitHub, such as owner/name"),
);

/** The keys of the program's own configuration, below `ahorro:`. */
export const schemas = {
  network: v.strictObject({
    /** Aurora demands two at least. */
    availabilityZones: integer(2, 3),
    natGateways: v.picklist(["None", "Single", "OnePerAz"]),
  }),
  database: v.pipe(
    v.strictObject({
      minCapacity: capacity,
      maxCapacity: v.pipe(capacity, v.minValue(1)),
      autoPauseSeconds: v.exactOptional(integer(300, 86_400)),
      instances: integer(1, 16),
      backupRetentionDays: integer(1, 35),
      /** A key of our own. Not to be changed on a cluster that is there: it would be replaced. */
      ownKey: v.boolean(),
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
  identity: v.strictObject({ deletionProtection: v.boolean(), passwordSignIn: v.boolean() }),
  api: v.pipe(
    v.strictObject({
      requestsPerSecond: integer(1, 10_000),
      burst: integer(1, 5_000),
      corsOrigins: v.array(origin),
    }),
  ),
  categories: v.strictObject({
    /** After so many days an old use of a category counts half. Not to be changed on a table that has scores. */
    halfLifeDays: integer(14, 365),
    deletionProtection: v.boolean(),
  }),
  events: v.strictObject({
    deletionProtection: v.boolean(),
    /** `none`: relays hand events straight to the functions that consume them. */
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
    /** A host name of one's own, with its certificate in ACM; CloudFront takes none from elsewhere than us-east-1. */
    domain: v.exactOptional(
      v.strictObject({
        name: v.pipe(
          v.string(),
          v.regex(/^([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/, "must be a host name, such as app.example.com"),
        ),
        certificateArn: v.pipe(
          v.string(),
          v.regex(
            /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\da-f-]{36}$/,
            "must be the ARN of an ACM certificate in us-east-1",
          ),
        ),
      }),
    ),
  }),
  lake: v.strictObject({
    /** What is known of transactions is deleted from the lake after so many days. Saved queries look back a year and some. */
    keepDays: integer(400, 3_653),
    /** A query that would read more GB is cancelled; each 1,000 cost $5. */
    scanLimitGb: integer(1, 10_000),
    deletionProtection: v.boolean(),
  }),
  /** Who deploys besides people with keys of their own; nobody, where it is empty. */
  delivery: v.pipe(
    v.strictObject({
      /** Workflows of GitHub (.github/workflows): roles for them. */
      github: v.exactOptional(
        v.strictObject({
          repository,
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
          repository,
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
      /** Where Pulumi keeps the stack's state: the bucket, and the KMS key that is its secrets provider. */
      state: v.exactOptional(
        v.strictObject({
          bucket: v.pipe(v.string(), v.regex(/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, "must be a bucket's name")),
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
    /** The periods that CloudWatch Logs knows. */
    retentionDays: v.picklist([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]),
  }),
};

export type Schemas = typeof schemas;

/** What the program is told, apart from its region. */
export type Settings = { [Key in keyof Schemas]: v.InferOutput<Schemas[Key]> };
