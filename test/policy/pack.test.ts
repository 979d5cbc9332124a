import assert from "node:assert/strict";
import { EnforcementLevel } from "@pulumi/pulumi/proto/analyzer_pb";
import { UNKNOWN } from "../../local/program/graph";
import { RULES } from "../../policy/rules";
import { graphOf, LOAD_TIMEOUT, previewOf } from "../infrastructure/graphs";
import { type Analyzer, startAnalyzer } from "./analyzer";
import { EXAMPLES } from "./examples";
import { recorded } from "./recorded";
import { stage } from "./stage";

describe("the policy pack", function () {
  this.timeout(LOAD_TIMEOUT);
  let analyzer: Analyzer;
  before(async () => {
    analyzer = await startAnalyzer();
  });
  after(() => analyzer.stop());

  it("offers the engine every rule", async () => {
    assert.deepEqual(
      await analyzer.policies(),
      RULES.map(({ name, description }) => ({ name, description })),
    );
  });

  for (const stack of ["dev", "prod"] as const) {
    it(`finds nothing wrong with ${stack}, resource by resource and as a whole`, async () => {
      const all = recorded(await graphOf(stack));
      for (const resource of all) assert.deepEqual(await analyzer.analyze(resource), [], resource.urn);
      assert.deepEqual(await analyzer.analyzeStack(all), []);
    });
  }

  for (const stack of ["dev", "prod"] as const) {
    it(`finds nothing wrong with the preview of ${stack}, where little is known yet`, async () => {
      const all = recorded(await previewOf(stack));
      const each = await Promise.all(all.map((resource) => analyzer.analyze(resource)));
      const found = [...each.flat(), ...(await analyzer.analyzeStack(all))];
      assert.deepEqual(
        found.filter(({ level }) => level !== EnforcementLevel.ADVISORY),
        [],
      );
      for (const { message } of found) assert.match(message, /during preview/);
      assert.ok(found.length > 10);
    });
  }

  for (const rule of RULES) {
    it(`refuses what breaks ${rule.name}`, async () => {
      const { bad, type = rule.types[0] ?? "" } = EXAMPLES[rule.name] ?? { bad: {} };
      for (const example of Object.values(bad)) {
        const all = stage(type, example);
        const [first] = all;
        assert.ok(first);
        const diagnostics = "violation" in rule ? await analyzer.analyze(first) : await analyzer.analyzeStack(all);
        const own = diagnostics.filter(({ policy }) => policy === rule.name);
        assert.ok(own.length > 0);
        for (const { level, message } of own) {
          assert.equal(level, EnforcementLevel.MANDATORY);
          assert.match(message, /^(example|other) /m);
        }
      }
    });
  }

  it("leaves for the update what a preview does not know", async () => {
    const [role] = stage("aws:iam/rolePolicy:RolePolicy", { inputs: { policy: UNKNOWN } });
    assert.ok(role);
    const diagnostics = await analyzer.analyze(role);
    assert.deepEqual(diagnostics.map(({ policy, level }) => [policy, level]).sort(), [
      ["actions-spelled-out", EnforcementLevel.ADVISORY],
      ["resources-narrowed", EnforcementLevel.ADVISORY],
    ]);
    for (const { message } of diagnostics) assert.match(message, /during preview/);
  });
});
