import * as pulumi from "@pulumi/pulumi";
import type { EventBus } from "../../components/event-bus";
import { Lambda } from "../../components/lambda";
import type { Mail } from "../../components/mail";
import { Table } from "../../components/table";
import { connectTable } from "../runtime/dynamodb";
import { connectMail } from "../runtime/mail";
import { notificationsConsumer } from "./consumer";

export interface NotificationsServiceArgs {
  /** Where the events of groups come from. */
  bus: EventBus;
  mail: Mail;
  /** Address of the web app, without a slash at its end; links in mails lead there. */
  webUrl: pulumi.Input<string>;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Mails to people: a function that sends them when events say so, and a table of what was sent. Costs nothing when idle but what the
 * table stores, a note of a hundred bytes for each mail of the last seven days.
 */
export class NotificationsService extends pulumi.ComponentResource {
  /** Takes the events of users and groups. */
  readonly consumer: Lambda;

  constructor(name: string, args: NotificationsServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:notifications:NotificationsService", name, {}, opts);
    // To lose it is at worst to send a mail twice.
    const sent = new Table(
      name,
      {
        hashKey: { name: "event_id", type: "S" },
        ttlAttribute: "expires_at",
        pointInTimeRecovery: false,
        deletionProtection: false,
      },
      { parent: this },
    );
    const topics = ["ahorro.users"];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Sends the mails that invite people into groups",
        links: [sent.link("readWrite"), args.mail.link(), args.bus.consume("notifications", topics)],
        environment: { WEB_URL: args.webUrl },
        timeout: 60,
        logRetentionDays: args.logRetentionDays,
        handler: () =>
          notificationsConsumer({
            sent: connectTable(process.env.NOTIFICATIONS_TABLE ?? ""),
            send: connectMail({
              from: process.env.MAIL_FROM ?? "",
              name: "Ahorro",
              configurationSet: process.env.MAIL_CONFIGURATION_SET ?? "",
            }),
            webUrl: process.env.WEB_URL ?? "",
          }),
      },
      { parent: this },
    );
    args.bus.subscribe({ group: "notifications", topics, lambda: this.consumer });
    this.registerOutputs();
  }
}
