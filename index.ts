import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "./components/bucket";
import { readConfig } from "./components/config";
import { createDatabases } from "./components/database/clusters";
import { Delivery } from "./components/delivery";
import { EventBus } from "./components/event-bus";
import { Firewall } from "./components/firewall";
import { HostName } from "./components/host-name";
import { HttpApi } from "./components/http-api";
import { Identity } from "./components/identity";
import { Mail } from "./components/mail";
import { Network } from "./components/network";
import type { InterfaceService } from "./components/network/endpoints";
import { OriginKeys } from "./components/origin-keys";
import { PRODUCTION } from "./components/production";
import { AnalyticsService } from "./functions/analytics";
import { CategoriesService } from "./functions/categories";
import { DeadLetters } from "./functions/dead-letters";
import { apiDocument } from "./functions/document";
import { ExportsService } from "./functions/exports";
import { IdentityService } from "./functions/identity";
import { LakeService } from "./functions/lake";
import { NotificationsService } from "./functions/notifications";
import { Observability } from "./functions/observability";
import { OutboxRelay } from "./functions/outbox";
import { PlatformService } from "./functions/platform";
import { RatesService } from "./functions/rates";
import { TransactionsService } from "./functions/transactions";
import { UsersService } from "./functions/users";
import { WebService } from "./functions/web";

const config = readConfig();
const logRetentionDays = config.logs.retentionDays;
const rateLimit = config.api.requestsPerSecond;

// The one provider, which every resource below inherits: one region, and tags on everything that can be tagged.
const provider = new aws.Provider("aws", {
  region: config.region,
  defaultTags: { tags: { project: pulumi.getProject(), stack: pulumi.getStack(), "managed-by": "pulumi" } },
});
const opts = { providers: [provider] };

// Before all that has roles, since it bounds those.
const { state: deliveryState, ...delivery } = config.delivery;
if (deliveryState !== undefined) {
  const approval = pulumi.getStack() === PRODUCTION;
  new Delivery(
    "delivery",
    { region: config.region, state: deliveryState, ...delivery, approval, logRetentionDays },
    opts,
  );
}

// What functions inside the network call: the relay, by the Lambda API; and, with Kafka, what Lambda's pollers call.
const calledInside: InterfaceService[] = config.events.broker === "none" ? ["lambda"] : ["lambda", "sts"];
const network = new Network("network", { region: config.region, calledInside, ...config.network }, opts);
const databases = createDatabases(
  "database",
  { network, databases: ["users", "transactions", "analytics"], ...config.database, logRetentionDays },
  opts,
);
const identity = new Identity("identity", config.identity, opts);
const mail = new Mail("mail", config.mail, opts);

const bus = new EventBus(
  "events",
  {
    network,
    broker: config.events.broker,
    deletionProtection: config.events.deletionProtection,
    topics: { "ahorro.users": 6, "ahorro.transactions": 12 },
    logRetentionDays,
  },
  opts,
);

new DeadLetters({ bus, logRetentionDays }, opts);

// Files that people have made of their data and fetch by links: from any page, as links say who may. None is the only copy.
const exportsBucket = new Bucket(
  "exports",
  { lifecycle: { fetched: { expireAfterDays: 1 } }, corsOrigins: ["*"], deletionProtection: false },
  opts,
);

const users = new UsersService("users", { database: databases.users, rateLimit, logRetentionDays }, opts);
const transactions = new TransactionsService(
  "transactions",
  { database: databases.transactions, bus, exports: exportsBucket, ...config.ledger, rateLimit, logRetentionDays },
  opts,
);
const categories = new CategoriesService(
  "categories",
  {
    database: databases.transactions,
    bus,
    migrated: transactions.migrated,
    ...config.categories,
    rateLimit,
    logRetentionDays,
  },
  opts,
);
const analytics = new AnalyticsService(
  "analytics",
  {
    database: databases.analytics,
    ledger: databases.transactions,
    bus,
    ledgerMigrated: transactions.migrated,
    rateLimit,
    logRetentionDays,
  },
  opts,
);
const exportsService = new ExportsService(
  "exports",
  {
    bucket: exportsBucket,
    bus,
    sources: [users.personalData, transactions.personalData, categories.personalData],
    rateLimit,
    logRetentionDays,
  },
  opts,
);
const platform = new PlatformService(
  "platform",
  { document: JSON.stringify(apiDocument()), rateLimit, logRetentionDays },
  opts,
);

// Names of one's own, where there are any. CloudFront takes certificates of us-east-1 only, API Gateway those of its own region.
const { domain } = config;
const hostName = (name: string, host: string | undefined, region: aws.Region = config.region) =>
  host && domain.zone ? new HostName(name, { hostName: host, zone: domain.zone, region }, opts) : undefined;
const webHostName = hostName("web", domain.name, aws.Region.USEast1);
const apiHostName = hostName("api", domain.api);

const { firewall: firewallConfig, originKeys: generations, originRequired } = config.edge;
const firewall = firewallConfig && new Firewall("firewall", { ...firewallConfig, logRetentionDays }, opts);
const originKeys = generations.length > 0 ? new OriginKeys("origin-key", { generations }, opts) : undefined;

const api = new HttpApi(
  "api",
  {
    services: [users, exportsService, transactions, transactions.exports, categories, analytics, platform],
    identity,
    hostName: apiHostName,
    originKeys,
    originRequired,
    corsOrigins: config.api.corsOrigins,
    throttling: { rate: config.api.requestsPerSecond, burst: config.api.burst },
    logRetentionDays,
  },
  opts,
);

const web = new WebService(
  "web",
  {
    api,
    identity,
    region: config.region,
    passwordSignIn: config.identity.passwordSignIn,
    catalogue: categories.catalogue,
    ...config.web,
    hostName: webHostName,
    firewallArn: firewall?.arn,
    logRetentionDays,
  },
  opts,
);

new IdentityService("identity", { bus, identity, logRetentionDays }, opts);
new NotificationsService("notifications", { bus, mail, webUrl: config.mail.webUrl ?? web.url, logRetentionDays }, opts);

new LakeService("lake", { bus, catalogue: categories.catalogue, ...config.lake, logRetentionDays }, opts);

new RatesService(
  "rates",
  { database: databases.analytics, migrated: analytics.migrated, ...config.rates, logRetentionDays },
  opts,
);

// After all that consumes events: where there is no broker, relays hand events to those.
const relays = { bus, sweep: config.events.sweep, logRetentionDays };
new OutboxRelay(
  {
    ...relays,
    database: databases.users,
    databaseName: "users",
    topic: "ahorro.users",
    afterwards: "mark",
    migrated: users.migrated,
  },
  opts,
);
new OutboxRelay(
  {
    ...relays,
    database: databases.transactions,
    databaseName: "transactions",
    topic: "ahorro.transactions",
    afterwards: "delete",
    migrated: transactions.migrated,
  },
  opts,
);

new Observability(
  "observability",
  {
    api,
    databases,
    bus,
    outboxes: ["users", "transactions"],
    ...config.ledger,
    sweep: config.events.sweep,
    region: config.region,
    ...config.alarms,
    deletionProtection: config.database.deletionProtection,
  },
  opts,
);

export const webUrl = web.url;
export const apiUrl = api.url;
export const region = config.region;
export const userPoolId = identity.userPoolId;
export const userPoolClientId = identity.clientId;
