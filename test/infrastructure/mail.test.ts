import assert from "node:assert/strict";
import type { Graph } from "../../local/program/graph";
import { graphOf, LOAD_TIMEOUT, resource } from "./graphs";

describe("mail as declared for prod", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    graph = await graphOf("prod");
  });

  it("is sent for the configured domain, with one set of settings by default", () => {
    assert.deepEqual(resource(graph, "aws:sesv2/emailIdentity:EmailIdentity", "mail").inputs, {
      emailIdentity: "ahorro.example",
      configurationSetName: "ahorro-prod-mail",
    });
  });

  it("travels encrypted, and no more to where it bounced or was complained about", () => {
    assert.deepEqual(resource(graph, "aws:sesv2/configurationSet:ConfigurationSet", "mail").inputs, {
      configurationSetName: "ahorro-prod-mail",
      deliveryOptions: { tlsPolicy: "REQUIRE" },
      reputationOptions: { reputationMetricsEnabled: true },
      sendingOptions: { sendingEnabled: true },
      suppressionOptions: { suppressedReasons: ["BOUNCE", "COMPLAINT"] },
    });
  });
});
