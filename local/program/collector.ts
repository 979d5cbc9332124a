import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { unpackArchive } from "./archive";
import { type Resource, UNKNOWN } from "./graph";
import { answerCall, type OutputContext, synthesiseOutputs } from "./outputs";

/** The parts of Pulumi's resource monitor protocol (`RegisterResourceRequest`) that the graph keeps. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDependenciesList(): string[];
}
type RegistrationCallback = (error: Error | null, response?: { getUrn(): string }) => void;
interface Monitor {
  registerResource(request: Registration, callback: RegistrationCallback): unknown;
}

export interface CollectorOptions {
  project: string;
  stack: string;
  /** Answers as the engine does before anything is made: with what is given, and with nothing that only AWS knows. */
  preview: boolean;
  /** Function archives are unpacked to `<workFolder>/functions/<function name>/`. */
  workFolder: string;
  context: OutputContext;
}

/**
 * Puts Pulumi's mocks in the engine's place and records what the program registers. The list fills while the program runs
 * and is complete when Pulumi's pending calls have drained.
 */
export async function collectResources(options: CollectorOptions): Promise<Resource[]> {
  const resources: Resource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs }) => {
        const resource: Resource = { urn: "", type, name, inputs: {}, outputs: {} };
        resources.push(resource);
        resource.inputs = await recordInputs(type, inputs, options.workFolder);
        const { id, ...synthesised } = synthesiseOutputs(type, name, resource.inputs, options.context);
        if (options.preview) {
          resource.outputs = resource.inputs;
          return { id: undefined, state: givenOf(inputs, synthesised) };
        }
        resource.outputs = { ...resource.inputs, ...synthesised, id };
        return { id, state: { ...resource.inputs, ...synthesised } };
      },
      call: ({ token, inputs, provider }) => answerCall(token, inputs, provider, options.context),
    },
    options.project,
    options.stack,
    options.preview,
  );
  watchRegistrations(resources);
  return resources;
}

/**
 * Adds to each recorded resource what mocks are not told: URN, parent, dependencies, protection. And refuses, as the engine
 * does, a second resource of the same type and name below the same parent, which the mocks would let pass.
 */
function watchRegistrations(resources: Resource[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  const registered = new Set<string>();
  monitor.registerResource = (request, callback) => {
    const identity = [request.getParent(), request.getType(), request.getName()].join("::");
    if (registered.has(identity)) {
      callback(new Error(`The resource "${request.getName()}" of type ${request.getType()} is declared twice.`));
      return;
    }
    registered.add(identity);
    const index = resources.length;
    const result = register(request, (error, response) => {
      if (resource && response) resource.urn = response.getUrn();
      callback(error, response);
    });
    // The mocks' newResource has been called by now, in the same turn, and has added the resource.
    const resource = resources[index];
    if (resource) {
      resource.dependencies = request.getDependenciesList();
      resource.protect = request.getProtect();
      if (request.getRetainondelete()) resource.retainOnDelete = true;
      if (request.getParent()) resource.parent = request.getParent();
      if (request.getProvider()) resource.provider = request.getProvider();
    }
    return result;
  };
}

/** What is given of a resource that is not there; in objects of which a part is given, AWS's part is unknown. */
function givenOf(inputs: Record<string, unknown>, synthesised: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(inputs).map(([key, given]) => {
    const made = synthesised[key];
    if (!isRecord(given) || !isRecord(made)) return [key, given];
    const unknown = Object.keys(made).filter((part) => !(part in given));
    return [key, { ...given, ...Object.fromEntries(unknown.map((part) => [part, pulumi.unknown])) }];
  });
  return Object.fromEntries(entries);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.isUnknown(value);

async function recordInputs(type: string, inputs: Record<string, unknown>, workFolder: string) {
  const { code, source, ...others } = inputs;
  const recorded = plain(others) as Record<string, unknown>;
  if (source instanceof pulumi.asset.FileAsset) return { ...recorded, source: { path: resolve(await source.path) } };
  if (source !== undefined) recorded.source = plain(source);
  if (code !== undefined) recorded.code = plain(code);
  if (type !== "aws:lambda/function:Function" || !pulumi.asset.AssetArchive.isInstance(code)) return recorded;
  const directory = join(workFolder, "functions", String(recorded.name));
  await unpackArchive(code as pulumi.asset.AssetArchive, directory);
  return { ...recorded, code: { directory } };
}

/** Pulumi's marker of a secret on the wire, and the marker's value for secrets. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** A value as JSON has it, with secrets in the clear, and with Pulumi's own mark for what is not known. */
function plain(value: unknown): unknown {
  if (pulumi.isUnknown(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const fields = Object.fromEntries(entries);
  if (fields[SIGNATURE_KEY] === SECRET_SIGNATURE) return plain(fields.value);
  return Object.fromEntries(entries.map(([key, entry]) => [key, plain(entry)]));
}
