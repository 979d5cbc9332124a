import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Graph, resourcesOf } from "../../local/program/graph";
import { loadProgram } from "../../local/program/load";
import { dependenciesOf, LOAD_TIMEOUT, resource } from "./graphs";

const APP = join(__dirname, "fixtures", "app");
const OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2";
const POLICY = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy";
const IMMUTABLE = "public, max-age=31536000, immutable";

/** What the component declares for a small app (fixtures/web-app.ts), to the letter. */
describe("a web app as declared", function () {
  this.timeout(LOAD_TIMEOUT);
  let folder: string;
  let graph: Graph;
  const load = (config: Record<string, string> = {}) =>
    loadProgram({
      stack: "prod",
      programFile: join(__dirname, "fixtures", "web-app.ts"),
      workFolder: join(folder, "work"),
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`ahorro:${key}`, value])),
    });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "ahorro-web-app-"));
    graph = await load();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("has a bucket that is closed, encrypted and keeps what is overwritten for a month", () => {
    const inputs = (type: string) => resource(graph, `aws:s3/${type}`, "app").inputs;
    const bucket = "ahorro-prod-app-1";
    // Whatever is in it can be built again: taking the stack down takes it along.
    assert.deepEqual(inputs("bucket:Bucket"), { bucketPrefix: "ahorro-prod-app-", forceDestroy: true });
    assert.deepEqual(inputs("bucketPublicAccessBlock:BucketPublicAccessBlock"), {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(inputs("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"), {
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    assert.deepEqual(inputs("bucketVersioning:BucketVersioning").versioningConfiguration, { status: "Enabled" });
    assert.deepEqual(
      inputs("bucketLifecycleConfiguration:BucketLifecycleConfiguration").rules.find(
        ({ id }: { id: string }) => id === "old-versions",
      ).noncurrentVersionExpiration,
      { noncurrentDays: 30 },
    );
  });

  it("lets nobody read the bucket but its own distribution, over TLS", () => {
    const policy = resource(graph, "aws:s3/bucketPolicy:BucketPolicy", "app");
    const arn = "arn:aws:s3:::ahorro-prod-app-1";
    const reader = {
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Condition: { StringEquals: { "AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/EAPP" } },
    };
    assert.equal(policy.inputs.bucket, "ahorro-prod-app-1");
    assert.deepEqual(JSON.parse(policy.inputs.policy), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [arn, `${arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        { Sid: "ReadFiles", ...reader, Action: ["s3:GetObject"], Resource: `${arn}/*` },
        { Sid: "TellWhatIsMissing", ...reader, Action: ["s3:ListBucket"], Resource: arn },
      ],
    });
    assert.ok(dependenciesOf(graph, policy).includes("aws:cloudfront/distribution:Distribution app"));
    assert.deepEqual(resource(graph, "aws:cloudfront/originAccessControl:OriginAccessControl", "app").inputs, {
      name: "ahorro-prod-app",
      description: "Reads the web app's bucket",
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    });
  });

  it("has one distribution for the files and for the API, which is never cached", () => {
    assert.deepEqual(resource(graph, "aws:cloudfront/distribution:Distribution", "app").inputs, {
      comment: "ahorro-prod-app",
      enabled: true,
      httpVersion: "http2and3",
      isIpv6Enabled: true,
      priceClass: "PriceClass_200",
      defaultRootObject: "index.html",
      origins: [
        {
          originId: "app",
          domainName: "ahorro-prod-app-1.s3.eu-west-1.amazonaws.com",
          originAccessControlId: "app-id",
        },
        {
          originId: "api",
          domainName: "apiid.execute-api.eu-west-1.amazonaws.com",
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
            originReadTimeout: 35,
            originKeepaliveTimeout: 60,
          },
        },
      ],
      orderedCacheBehaviors: [
        {
          pathPattern: "/api/*",
          targetOriginId: "api",
          viewerProtocolPolicy: "https-only",
          allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
          cachedMethods: ["GET", "HEAD"],
          compress: false,
          // Managed-CachingDisabled, Managed-AllViewerExceptHostHeader
          cachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
          originRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
          responseHeadersPolicyId: "app-api-id",
          functionAssociations: [
            {
              eventType: "viewer-request",
              functionArn: "arn:aws:cloudfront::123456789012:function/ahorro-prod-app-strip-api-prefix",
            },
          ],
        },
      ],
      defaultCacheBehavior: {
        targetOriginId: "app",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD"],
        cachedMethods: ["GET", "HEAD"],
        compress: true,
        // Managed-CachingOptimized
        cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
        responseHeadersPolicyId: "app-app-id",
        functionAssociations: [
          {
            eventType: "viewer-request",
            functionArn: "arn:aws:cloudfront::123456789012:function/ahorro-prod-app-serve-app",
          },
        ],
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: { cloudfrontDefaultCertificate: true },
    });
    assert.equal(graph.outputs.url, "https://app.cloudfront.net");
  });

  it("takes TLS 1.2 at least on a domain of one's own, and is reached there", async () => {
    const loaded = await load({ hostName: JSON.stringify({ hostName: "app.example.com", zone: "example.com" }) });
    const { aliases, viewerCertificate } = resource(loaded, "aws:cloudfront/distribution:Distribution", "app").inputs;
    assert.deepEqual(aliases, ["app.example.com"]);
    assert.deepEqual(viewerCertificate, {
      acmCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/app",
      sslSupportMethod: "sni-only",
      minimumProtocolVersion: "TLSv1.2_2021",
    });
    assert.equal(loaded.outputs.url, "https://app.example.com");
  });

  it("lets pages run their own scripts only, and talk to nobody else", () => {
    const { customHeadersConfig, ...others } = resource(graph, POLICY, "app-app").inputs;
    assert.deepEqual(others, {
      name: "ahorro-prod-app-app",
      comment: "Pages that run their own scripts only",
      securityHeadersConfig: {
        contentSecurityPolicy: {
          contentSecurityPolicy:
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
            "connect-src 'self' https://sign-in.example; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " +
            "form-action 'none'; frame-ancestors 'none'; upgrade-insecure-requests",
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: "DENY", override: true },
        referrerPolicy: { referrerPolicy: "no-referrer", override: true },
        strictTransportSecurity: { accessControlMaxAgeSec: 63_072_000, includeSubdomains: true, override: true },
      },
    });
    assert.deepEqual(customHeadersConfig.items, [
      { header: "Cross-Origin-Opener-Policy", value: "same-origin", override: true },
      { header: "Cross-Origin-Resource-Policy", value: "same-origin", override: true },
      {
        header: "Permissions-Policy",
        value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        override: true,
      },
    ]);
  });

  it("lets what the API answers run as nothing", () => {
    const { securityHeadersConfig, customHeadersConfig } = resource(graph, POLICY, "app-api").inputs;
    assert.equal(customHeadersConfig, undefined);
    assert.deepEqual(securityHeadersConfig.contentSecurityPolicy, {
      contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
      override: true,
    });
    assert.deepEqual(securityHeadersConfig.contentTypeOptions, { override: true });
    assert.equal(securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec, 63_072_000);
  });

  it("uploads each file with its type, parts with a hash in their names for good, the others to be asked about", () => {
    const objects = resourcesOf(graph, OBJECT).map(({ name, inputs, retainOnDelete = false }) => {
      const { key, source, content, contentType, cacheControl, ...others } = inputs;
      assert.deepEqual(others, { bucket: "ahorro-prod-app-1" });
      assert.equal(key, name);
      if (source !== undefined) assert.equal(source.path, join(APP, key));
      return [key, content ?? "file", contentType, cacheControl, retainOnDelete];
    });
    assert.deepEqual(
      objects.sort(([a], [b]) => (a < b ? -1 : 1)),
      [
        ["assets/main-3f9c1d.js", "file", "text/javascript; charset=utf-8", IMMUTABLE, true],
        ["assets/main-88ab01.css", "file", "text/css; charset=utf-8", IMMUTABLE, true],
        ["config.json", '{"name":"An app"}', "application/json", "no-cache", false],
        ["icon.svg", "file", "image/svg+xml", "no-cache", false],
        ["index.html", "file", "text/html; charset=utf-8", "no-cache", false],
        ["manifest.webmanifest", "file", "application/manifest+json", "no-cache", false],
        ["sw.js", "file", "text/javascript; charset=utf-8", "no-cache", false],
      ],
    );
  });

  it("changes over in order: parts, then the pages that name them, then what edges keep", () => {
    const parts = ["assets/main-3f9c1d.js", "assets/main-88ab01.css"].map((path) => `${OBJECT} ${path}`);
    for (const page of ["index.html", "sw.js"]) {
      const dependencies = dependenciesOf(graph, resource(graph, OBJECT, page));
      for (const part of parts) assert.ok(dependencies.includes(part), `${page} does not wait for ${part}`);
    }
    const invocation = resource(graph, "aws:lambda/invocation:Invocation", "app-invalidation");
    const dependencies = dependenciesOf(graph, invocation);
    const all = resourcesOf(graph, OBJECT).map(({ name }) => `${OBJECT} ${name}`);
    for (const before of [...all, "aws:cloudfront/distribution:Distribution app"]) {
      assert.ok(dependencies.includes(before), `the invalidation does not wait for ${before}`);
    }
    assert.equal(invocation.inputs.functionName, "ahorro-prod-app-invalidation");
  });

  it("has edges forget what they keep exactly when something else is to be served", async () => {
    const copy = join(folder, "app");
    await cp(APP, copy, { recursive: true });
    const triggers = async (config: Record<string, string> = {}) =>
      resource(await load(config), "aws:lambda/invocation:Invocation", "app-invalidation").inputs.triggers;
    const before = await triggers({ folder: copy });
    assert.equal(before.distribution, "arn:aws:cloudfront::123456789012:distribution/EAPP");
    assert.deepEqual(await triggers(), before, "the same files from another folder");
    assert.notEqual((await triggers({ name: "Another" })).content, before.content);
    await writeFile(join(copy, "sw.js"), "self.skipWaiting();\n");
    assert.notEqual((await triggers({ folder: copy })).content, before.content);
  });

  it("that has not been built is refused, with the command that builds it", async () => {
    await assert.rejects(load({ folder: join(folder, "nowhere") }), (error: Error) => {
      assert.match(error.message, /The web app has not been built: there is no .*nowhere\/index\.html/);
      assert.match(error.message, /npm run build:app/);
      // For people, not for the engineer of the component.
      assert.doesNotMatch(error.message, /files\.ts/);
      return true;
    });
  });

  it("with a file of an unknown type is refused: browsers shall not guess", async () => {
    const copy = join(folder, "odd");
    await cp(APP, copy, { recursive: true });
    await writeFile(join(copy, "notes.xyz"), "?");
    await assert.rejects(load({ folder: copy }), /notes\.xyz has no known content type/);
  });

  it("with a file where the program puts a document is refused", async () => {
    const copy = join(folder, "twin");
    await cp(APP, copy, { recursive: true });
    await writeFile(join(copy, "config.json"), "{}");
    await assert.rejects(load({ folder: copy }), /makes up config\.json, and .*twin\/config\.json is built/);
  });
});
