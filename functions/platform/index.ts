import * as pulumi from "@pulumi/pulumi";
import type { ApiService, Route } from "../../components/http-api";
import { Lambda } from "../../components/lambda";
import { dispatcher } from "../runtime/dispatch";
import { routesOf } from "../runtime/endpoint";
import { readOnly } from "../runtime/work";
import { platformEndpoints } from "./endpoints";

export interface PlatformServiceArgs {
  /** The OpenAPI document, as JSON text. */
  document: string;
  /** Requests per second that the whole API takes; told to clients. */
  rateLimit: number;
  logRetentionDays: pulumi.Input<number>;
}

/** Health and the API's own documentation: one function that uses nothing else. Costs nothing when idle. */
export class PlatformService extends pulumi.ComponentResource implements ApiService {
  readonly lambda: Lambda;
  readonly routes: Route[];

  constructor(name: string, args: PlatformServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:platform:PlatformService", name, {}, opts);
    const { document } = args;
    this.lambda = new Lambda(
      `${name}-api`,
      {
        description: "Health and API documentation",
        environment: { RATE_LIMIT: String(args.rateLimit) },
        logRetentionDays: args.logRetentionDays,
        handler: () => {
          const parsed = JSON.parse(document);
          return dispatcher(
            platformEndpoints(() => parsed),
            readOnly(undefined),
          );
        },
      },
      { parent: this },
    );
    this.routes = routesOf(platformEndpoints(() => ({})));
    this.registerOutputs();
  }
}
