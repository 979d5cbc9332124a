import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../../components/database";
import { Lambda } from "../../components/lambda";
import { caller } from "../runtime/invoke";
import { connect } from "../runtime/postgres";
import { ratesLoader } from "./loader";
import { ratesWriter, type WriteRates } from "./writer";

export interface RatesServiceArgs {
  /** The cluster that holds the logical database `analytics`. */
  database: Database;
  /** That database has its schema. */
  migrated: pulumi.Resource;
  /** Where the ECB's documents are, such as https://www.ecb.europa.eu/stats/eurofxref; not loaded without. */
  feedUrl?: string;
  logRetentionDays: pulumi.Input<number>;
}

/** The ECB publishes at about 16:00 in Frankfurt, on working days: 15:00 UTC in winter. Schedules of rules are in UTC. */
const SCHEDULE = "cron(30 15 ? * MON-FRI *)";

/**
 * Exchange rates: the table `rates` of the database `analytics`, kept current from the European Central Bank's reference rates.
 * Two functions, since what reaches the internet does not reach the database: one outside the network fetches and checks, and
 * calls one inside, which writes. That costs nothing, where a NAT gateway would cost $35 a month.
 */
export class RatesService extends pulumi.ComponentResource {
  readonly loader: Lambda;
  readonly writer: Lambda;

  constructor(name: string, args: RatesServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:rates:RatesService", name, {}, opts);
    const { logRetentionDays } = args;
    this.writer = new Lambda(
      `${name}-writer`,
      {
        description: "Writes exchange rates",
        links: [args.database.link("analytics", "loader")],
        // The whole history is written in parts of a second or two; a database that has paused takes a while to wake up.
        timeout: 60,
        logRetentionDays,
        handler: () => ratesWriter(connect("rates-writer")),
      },
      { parent: this, dependsOn: [args.migrated] },
    );
    this.loader = new Lambda(
      `${name}-loader`,
      {
        description: "Fetches exchange rates from the European Central Bank",
        environment: { RATES_WRITER: this.writer.name, ECB_URL: args.feedUrl ?? "" },
        statements: [
          { Sid: "CallWriter", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: this.writer.arn },
        ],
        timeout: 300,
        logRetentionDays,
        handler: () => {
          const call = caller();
          const { ECB_URL: url = "", RATES_WRITER: writer = "" } = process.env;
          if (url === "") throw new Error("No source of exchange rates is configured: set ahorro:rates.feedUrl.");
          return ratesLoader({ url, write: (event) => call(writer, event) as ReturnType<WriteRates>, now: Date.now });
        },
      },
      { parent: this },
    );
    createSchedule(this, name, args.feedUrl !== undefined);
    this.registerOutputs();
  }
}

function createSchedule(parent: RatesService, name: string, enabled: boolean): void {
  const rule = new aws.cloudwatch.EventRule(
    name,
    {
      description: "Fetches exchange rates when they have been published",
      scheduleExpression: SCHEDULE,
      state: enabled ? "ENABLED" : "DISABLED",
    },
    { parent },
  );
  const { loader } = parent;
  new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: loader.arn, input: "{}" }, { parent });
  new aws.lambda.Permission(
    name,
    { function: loader.name, action: "lambda:InvokeFunction", principal: "events.amazonaws.com", sourceArn: rule.arn },
    { parent },
  );
}
