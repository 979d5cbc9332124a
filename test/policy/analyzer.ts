import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  type AnalyzeResponse,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PolicyResource } from "../../policy/rule";

const PACK = join(__dirname, "..", "..", "policy");
const RUNNER = join(dirname(require.resolve("@pulumi/pulumi/package.json")), "cmd", "run-policy-pack");

/** What Pulumi would show: which policy is broken, how badly, and how. */
export interface Diagnostic {
  policy: string;
  level: number;
  message: string;
}

/** The policy pack, run as Pulumi's engine runs it: a process of its own, spoken to over gRPC. */
export interface Analyzer {
  policies: () => Promise<{ name: string; description: string }[]>;
  analyze: (resource: PolicyResource) => Promise<Diagnostic[]>;
  analyzeStack: (all: PolicyResource[]) => Promise<Diagnostic[]>;
  stop: () => Promise<void>;
}

/** @throws Error with what the pack printed, when it ends instead of serving. */
export async function startAnalyzer(): Promise<Analyzer> {
  // The address of the engine, which the pack would log to.
  const child = spawn(process.execPath, [RUNNER, "127.0.0.1:1", "."], { cwd: PACK, stdio: ["ignore", "pipe", "pipe"] });
  const client = new AnalyzerClient(`127.0.0.1:${await portOf(child)}`, credentials.createInsecure());
  const info = promisify<Empty, { getPoliciesList(): { getName(): string; getDescription(): string }[] }>(
    client.getAnalyzerInfo.bind(client),
  );
  const analyze = promisify<AnalyzeRequest, AnalyzeResponse>(client.analyze.bind(client));
  const analyzeStack = promisify<AnalyzeStackRequest, AnalyzeResponse>(client.analyzeStack.bind(client));
  return {
    policies: async () =>
      (await info(new Empty()))
        .getPoliciesList()
        .map((policy) => ({ name: policy.getName(), description: policy.getDescription() })),
    analyze: async (resource) =>
      diagnosticsOf(
        await analyze(
          new AnalyzeRequest()
            .setType(resource.type)
            .setUrn(resource.urn)
            .setName(resource.name)
            .setProperties(propertiesOf(resource))
            .setOptions(new AnalyzerResourceOptions().setProtect(resource.protect)),
        ),
      ),
    analyzeStack: async (all) =>
      diagnosticsOf(await analyzeStack(new AnalyzeStackRequest().setResourcesList(all.map(messageOf)))),
    stop: async () => {
      client.close();
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

/** The first line that it prints. */
function portOf(child: ChildProcess): Promise<number> {
  let printed = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface(child.stdout).once("line", (line) => resolve(Number(line)));
    child.once("exit", () => reject(new Error(`The policy pack does not run.\n${printed}`)));
  });
}

const messageOf = (resource: PolicyResource): AnalyzerResource =>
  new AnalyzerResource()
    .setType(resource.type)
    .setUrn(resource.urn)
    .setName(resource.name)
    .setProperties(propertiesOf(resource))
    .setOptions(new AnalyzerResourceOptions().setProtect(resource.protect))
    .setDependenciesList(resource.dependencies);

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

/** As the engine sends them: a function's texts as an archive, no fields that are undefined. */
function propertiesOf({ inputs: { code, ...others } }: PolicyResource): Struct {
  const properties: Record<string, JavaScriptValue> = JSON.parse(JSON.stringify(others));
  if (code !== undefined) {
    const assets = Object.entries<string>(code).map(([path, text]) => [path, { [SIGNATURE]: ASSET, text }]);
    properties.code = { [SIGNATURE]: ARCHIVE, assets: Object.fromEntries(assets) };
  }
  return Struct.fromJavaScript(properties);
}

const diagnosticsOf = (response: AnalyzeResponse): Diagnostic[] =>
  response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: diagnostic.getEnforcementlevel(),
    message: diagnostic.getMessage(),
  }));
