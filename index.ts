import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./components/config";
import { Database } from "./components/database";
import { HttpApi } from "./components/http-api";
import { Identity } from "./components/identity";
import { Mail } from "./components/mail";
import { Network } from "./components/network";
import { CategoriesService } from "./functions/categories";
import { apiDocument } from "./functions/document";
import { IdentityService } from "./functions/identity";
import { NotificationsService } from "./functions/notifications";
import { PlatformService } from "./functions/platform";
import { TransactionsService } from "./functions/transactions";
import { UsersService } from "./functions/users";

const config = readConfig();
const logRetentionDays = config.logs.retentionDays;
const rateLimit = config.api.requestsPerSecond;

// The one provider, which every resource below inherits: one region, and tags on everything that can be tagged.
const provider = new aws.Provider("aws", {
  region: config.region,
  defaultTags: { tags: { project: pulumi.getProject(), stack: pulumi.getStack(), "managed-by": "pulumi" } },
});
const opts = { providers: [provider] };

const network = new Network("network", { region: config.region, ...config.network }, opts);
const database = new Database(
  "database",
  { network, databases: ["users", "transactions"], ...config.database, logRetentionDays },
  opts,
);
const identity = new Identity("identity", config.identity, opts);
const mail = new Mail("mail", config.mail, opts);

const users = new UsersService("users", { database, rateLimit, logRetentionDays }, opts);
const transactions = new TransactionsService("transactions", { database, rateLimit, logRetentionDays }, opts);
const categories = new CategoriesService(
  "categories",
  { database, migrated: transactions.migrated, ...config.categories, rateLimit, logRetentionDays },
  opts,
);
const platform = new PlatformService(
  "platform",
  { document: JSON.stringify(apiDocument()), rateLimit, logRetentionDays },
  opts,
);

const api = new HttpApi(
  "api",
  {
    services: [users, transactions, categories, platform],
    identity,
    corsOrigins: config.api.corsOrigins,
    throttling: { rate: config.api.requestsPerSecond, burst: config.api.burst },
    logRetentionDays,
  },
  opts,
);

new IdentityService("identity", { identity, logRetentionDays }, opts);
new NotificationsService("notifications", { mail, webUrl: config.mail.webUrl ?? api.url, logRetentionDays }, opts);

export const apiUrl = api.url;
export const region = config.region;
export const userPoolId = identity.userPoolId;
export const userPoolClientId = identity.clientId;
