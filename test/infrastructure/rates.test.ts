import assert from "node:assert/strict";
import type { Graph } from "../../local/program/graph";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const RULE = "aws:cloudwatch/eventRule:EventRule";
const FUNCTION = "aws:lambda/function:Function";

describe("exchange rates as declared", () => {
  let prod: Graph;
  let local: Graph;
  before(async function () {
    this.timeout(LOAD_TIMEOUT);
    prod = await graphOf("prod");
    local = await graphOf("local");
  });

  it("are fetched from the ECB on working days after they are published", () => {
    assert.deepEqual(resource(prod, RULE, "rates").inputs, {
      description: "Fetches exchange rates when they have been published",
      scheduleExpression: "cron(30 15 ? * MON-FRI *)",
      state: "ENABLED",
    });
    const loader = resource(prod, FUNCTION, "rates-loader");
    assert.deepEqual(loader.inputs.environment.variables, {
      ECB_URL: "https://www.ecb.europa.eu/stats/eurofxref",
      RATES_WRITER: "ahorro-prod-rates-writer",
    });
    const target = resource(prod, "aws:cloudwatch/eventTarget:EventTarget", "rates").inputs;
    assert.deepEqual([target.rule, target.arn], [resource(prod, RULE, "rates").outputs.name, loader.outputs.arn]);
    const permission = resource(prod, "aws:lambda/permission:Permission", "rates").inputs;
    assert.deepEqual(permission, {
      function: "ahorro-prod-rates-loader",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: resource(prod, RULE, "rates").outputs.arn,
    });
  });

  it("are not fetched by a laptop, unless it is wished for", () => {
    assert.equal(resource(local, RULE, "rates").inputs.state, "DISABLED");
    assert.equal(resource(local, FUNCTION, "rates-loader").inputs.environment.variables.ECB_URL, "");
  });

  it("are written by a function that changes over after the migrations", () => {
    const writer = dependenciesOf(prod, resource(prod, FUNCTION, "rates-writer"));
    assert.ok(writer.includes("aws:lambda/invocation:Invocation analytics-migrations"));
    const { DATABASE_NAME, DATABASE_USER } = resource(prod, FUNCTION, "rates-writer").inputs.environment.variables;
    assert.deepEqual([DATABASE_NAME, DATABASE_USER], ["analytics", "analytics_loader"]);
  });
});
