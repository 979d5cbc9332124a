import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { loadProgram } from "../../local/program/load";
import { dependenciesOf, graphOf, LOAD_TIMEOUT, resource } from "./graphs";

const CERTIFICATE = "aws:acm/certificate:Certificate";
const VALIDATION = "aws:acm/certificateValidation:CertificateValidation";
const RECORD = "aws:route53/record:Record";
const API_NAME = "aws:apigatewayv2/domainName:DomainName";
const MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping";
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const TYPES = [CERTIFICATE, VALIDATION, RECORD, API_NAME, MAPPING, "ahorro:edge:HostName"];

const NAMES = {
  staging: { web: "staging.ahorro.example", api: "api.staging.ahorro.example" },
  prod: { web: "app.ahorro.example", api: "api.ahorro.example" },
} as const;

describe("names of one's own", function () {
  this.timeout(LOAD_TIMEOUT);

  for (const stack of ["dev", "local"] as const) {
    it(`are not in ${stack}, which is served under those that AWS gives`, async () => {
      const graph = await graphOf(stack);
      assert.deepEqual(
        graph.resources.filter(({ type }) => TYPES.includes(type)),
        [],
      );
      const { aliases, viewerCertificate } = resource(graph, DISTRIBUTION, "web").inputs;
      assert.deepEqual([aliases, viewerCertificate], [undefined, { cloudfrontDefaultCertificate: true }]);
      assert.equal(resource(graph, "aws:apigatewayv2/api:Api", "api").inputs.disableExecuteApiEndpoint, undefined);
      assert.equal(graph.outputs.webUrl, "https://web.cloudfront.net");
      assert.equal(graph.outputs.apiUrl, "https://apiid.execute-api.eu-west-1.amazonaws.com");
    });
  }

  for (const stack of ["staging", "prod"] as const) {
    describe(`of ${stack}`, () => {
      const names = NAMES[stack];
      let graph: Graph;
      before(async () => {
        graph = await graphOf(stack);
      });

      it("have certificates, CloudFront's in us-east-1, API Gateway's where it is, validated by the zone's records", () => {
        const certificates = resourcesOf(graph, CERTIFICATE).map(({ name, inputs }) => [name, inputs]);
        assert.deepEqual(Object.fromEntries(certificates), {
          web: { domainName: names.web, validationMethod: "DNS", region: "us-east-1" },
          api: { domainName: names.api, validationMethod: "DNS", region: "eu-west-1" },
        });
        for (const [name, region] of [
          ["web", "us-east-1"],
          ["api", "eu-west-1"],
        ] as const) {
          assert.deepEqual(resource(graph, RECORD, `${name}-validation`).inputs, {
            zoneId: "ZAHORROEXAMPLE",
            name: `_1234.${names[name]}.`,
            type: "CNAME",
            records: ["_5678.acm-validations.aws."],
            ttl: 300,
            allowOverwrite: true,
          });
          const { inputs } = resource(graph, VALIDATION, name);
          assert.deepEqual(inputs, {
            certificateArn: `arn:aws:acm:${region}:123456789012:certificate/${name}`,
            validationRecordFqdns: [`_1234.${names[name]}`],
            region,
          });
        }
      });

      it("lead to the distribution and to the API, by IPv4 and IPv6, and nowhere else", () => {
        const records = resourcesOf(graph, RECORD).filter(({ inputs }) => inputs.aliases !== undefined);
        const alias = (hostName: string, type: string, name: string, zoneId: string) => ({
          zoneId: "ZAHORROEXAMPLE",
          name: hostName,
          type,
          aliases: [{ name, zoneId, evaluateTargetHealth: false }],
        });
        const gateway = ["d-api.execute-api.eu-west-1.amazonaws.com", "ZAPIGATEWAYEUWEST1"] as const;
        assert.deepEqual(Object.fromEntries(records.map(({ name, inputs }) => [name, inputs])), {
          "web-a": alias(names.web, "A", "web.cloudfront.net", "Z2FDTNDATAQYW2"),
          "web-aaaa": alias(names.web, "AAAA", "web.cloudfront.net", "Z2FDTNDATAQYW2"),
          "api-a": alias(names.api, "A", ...gateway),
          "api-aaaa": alias(names.api, "AAAA", ...gateway),
        });
      });

      it("are served with TLS 1.2 at least, once their certificates have been issued", () => {
        const distribution = resource(graph, DISTRIBUTION, "web");
        assert.deepEqual(distribution.inputs.aliases, [names.web]);
        assert.deepEqual(distribution.inputs.viewerCertificate, {
          acmCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/web",
          sslSupportMethod: "sni-only",
          minimumProtocolVersion: "TLSv1.2_2021",
        });
        assert.ok(dependenciesOf(graph, distribution).includes(`${VALIDATION} web`));
        const api = resource(graph, API_NAME, "api");
        assert.deepEqual(api.inputs, {
          domainName: names.api,
          domainNameConfiguration: {
            certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/api",
            endpointType: "REGIONAL",
            securityPolicy: "TLS_1_2",
            ipAddressType: "dualstack",
          },
        });
        assert.ok(dependenciesOf(graph, api).includes(`${VALIDATION} api`));
      });

      it("are the only ones of the API, which the distribution asks there when they lead there", () => {
        assert.equal(resource(graph, "aws:apigatewayv2/api:Api", "api").inputs.disableExecuteApiEndpoint, true);
        const { outputs } = resource(graph, "aws:apigatewayv2/stage:Stage", "api");
        assert.deepEqual(resource(graph, MAPPING, "api").inputs, {
          apiId: "apiid",
          domainName: names.api,
          stage: outputs.id,
        });
        const distribution = resource(graph, DISTRIBUTION, "web");
        const origin = distribution.inputs.origins.find(({ originId }: { originId: string }) => originId === "api");
        assert.equal(origin.domainName, names.api);
        const dependencies = dependenciesOf(graph, distribution);
        for (const before of [`${MAPPING} api`, `${RECORD} api-a`, `${RECORD} api-aaaa`]) {
          assert.ok(dependencies.includes(before), `the distribution does not wait for ${before}`);
        }
      });

      it("are what the stack says of itself, and where links in mails lead", () => {
        assert.equal(graph.outputs.webUrl, `https://${names.web}`);
        assert.equal(graph.outputs.apiUrl, `https://${names.api}`);
        const consumer = resource(graph, "aws:lambda/function:Function", "notifications-consumer");
        assert.equal(consumer.inputs.environment.variables.WEB_URL, `https://${names.web}`);
      });
    });
  }

  describe("as configured", () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "ahorro-domain-"));
    });
    after(() => rm(folder, { recursive: true, force: true }));
    const load = (domain: object, preview = false) =>
      loadProgram({
        stack: "prod",
        workFolder: join(folder, "work"),
        config: { "ahorro:domain": JSON.stringify(domain) },
        preview,
      });

    it("may be the web app's alone: the API keeps the one that AWS gives, which the distribution asks", async () => {
      const graph = await load({ name: "ahorro.example", zone: "ahorro.example" });
      assert.equal(graph.outputs.webUrl, "https://ahorro.example");
      assert.equal(graph.outputs.apiUrl, "https://apiid.execute-api.eu-west-1.amazonaws.com");
      assert.deepEqual(
        resourcesOf(graph, CERTIFICATE).map(({ name }) => name),
        ["web"],
      );
      assert.equal(resource(graph, "aws:apigatewayv2/api:Api", "api").inputs.disableExecuteApiEndpoint, undefined);
      const origins: { domainName: string }[] = resource(graph, DISTRIBUTION, "web").inputs.origins;
      assert.equal(origins[1]?.domainName, "apiid.execute-api.eu-west-1.amazonaws.com");
    });

    it("can be previewed, when nothing has been issued yet", async () => {
      const graph = await load({ name: "app.ahorro.example", zone: "ahorro.example", api: "api.ahorro.example" }, true);
      assert.equal(resourcesOf(graph, CERTIFICATE).length, 2);
    });

    it("in a zone that there is not stop the program, with the key and what to do", async () => {
      await assert.rejects(load({ name: "app.nowhere.invalid", zone: "nowhere.invalid" }), (error: Error) => {
        assert.match(
          error.message,
          /"ahorro:domain\.zone" of the stack "prod".*no public hosted zone "nowhere\.invalid"/,
        );
        assert.match(error.message, /create-hosted-zone --name nowhere\.invalid.*or leave the domain out/);
        assert.doesNotMatch(error.message, /host-name\.ts/);
        return true;
      });
    });
  });
});
