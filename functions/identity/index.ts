import * as pulumi from "@pulumi/pulumi";
import type { EventBus } from "../../components/event-bus";
import type { Identity } from "../../components/identity";
import { Lambda } from "../../components/lambda";
import { identityConsumer } from "./consumer";

export interface IdentityServiceArgs {
  /** Where the events of users come from. */
  bus: EventBus;
  /** Where people sign in. */
  identity: Identity;
  logRetentionDays: pulumi.Input<number>;
}

/** Keeps who can sign in in step with who has an account: one function. Costs nothing when idle. */
export class IdentityService extends pulumi.ComponentResource {
  /** Takes the events of users. */
  readonly consumer: Lambda;

  constructor(name: string, args: IdentityServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:identity:IdentityService", name, {}, opts);
    const topics = ["ahorro.users"];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Deletes the Cognito users of deleted accounts",
        links: [args.identity.link("deleteUsers"), args.bus.consume("identity", topics)],
        timeout: 60,
        logRetentionDays: args.logRetentionDays,
        handler: () => identityConsumer(process.env.USER_POOL_ID ?? ""),
      },
      { parent: this },
    );
    args.bus.subscribe({ group: "identity", topics, lambda: this.consumer });
    this.registerOutputs();
  }
}
