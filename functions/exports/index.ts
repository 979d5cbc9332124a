import * as pulumi from "@pulumi/pulumi";
import type { Bucket } from "../../components/bucket";
import type { EventBus } from "../../components/event-bus";
import type { ApiService, Route } from "../../components/http-api";
import { Lambda } from "../../components/lambda";
import { connectBucket } from "../runtime/bucket";
import { dispatcher } from "../runtime/dispatch";
import { routesOf } from "../runtime/endpoint";
import { caller, invoker } from "../runtime/invoke";
import type { FilePage, PersonalDataSource } from "../runtime/personal-data";
import { readOnly } from "../runtime/work";
import { exportsConsumer } from "./consumer";
import { exportsEndpoints } from "./endpoints";
import { exportJob } from "./job";

export interface ExportsServiceArgs {
  /** Takes archives, and deletes them after a day. */
  bucket: Bucket;
  /** Where the events of users come from. */
  bus: EventBus;
  /** All that keep something of people. */
  sources: PersonalDataSource[];
  /** Requests per second that the whole API takes; told to clients. */
  rateLimit: number;
  logRetentionDays: pulumi.Input<number>;
}

/**
 * Everything that is stored of a person, as one archive (GDPR): a function that has it made and gives links to it, a job that makes it, and one
 * that cleans up after deleted accounts. Costs nothing when idle.
 */
export class ExportsService extends pulumi.ComponentResource implements ApiService {
  readonly lambda: Lambda;
  readonly routes: Route[];
  /** Makes an archive. */
  readonly job: Lambda;
  /** Takes the events of users. */
  readonly consumer: Lambda;

  constructor(name: string, args: ExportsServiceArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ahorro:exports:ExportsService", name, {}, opts);
    const { bucket, bus, sources, logRetentionDays } = args;
    this.job = new Lambda(
      `${name}-job`,
      {
        description: "Puts together all that is stored of a person",
        links: [bucket.link("read", "write", "delete")],
        environment: { SOURCES: sourcesText(sources) },
        statements: [
          {
            Sid: "CallSources",
            Effect: "Allow",
            Action: ["lambda:InvokeFunction"],
            Resource: sources.map(({ lambda }) => lambda.arn),
          },
        ],
        timeout: 900,
        memorySize: 1024,
        logRetentionDays,
        handler: () => {
          const call = caller();
          return exportJob({
            bucket: connectBucket(process.env.EXPORTS_BUCKET ?? ""),
            contributors: JSON.parse(process.env.SOURCES ?? "[]"),
            call: (functionName, request) => call(functionName, request) as Promise<FilePage>,
          });
        },
      },
      { parent: this },
    );
    this.lambda = new Lambda(
      `${name}-api`,
      {
        description: "Has what is stored of a person put together, and gives links to it",
        links: [bucket.link("read", "write")],
        environment: { EXPORT_JOB: this.job.name, RATE_LIMIT: String(args.rateLimit) },
        statements: [{ Sid: "BeginJob", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: this.job.arn }],
        logRetentionDays,
        handler: () => {
          const invoke = invoker();
          const unit = {
            bucket: connectBucket(process.env.EXPORTS_BUCKET ?? ""),
            begin: (job: object) => invoke(process.env.EXPORT_JOB ?? "", job),
          };
          return dispatcher(exportsEndpoints(), readOnly(unit));
        },
      },
      { parent: this },
    );
    const topics = ["ahorro.users"];
    this.consumer = new Lambda(
      `${name}-consumer`,
      {
        description: "Deletes what deleted users have had exported",
        links: [bucket.link("write", "delete"), bus.consume("exports", topics)],
        timeout: 60,
        logRetentionDays,
        handler: () => exportsConsumer(connectBucket(process.env.EXPORTS_BUCKET ?? "")),
      },
      { parent: this },
    );
    bus.subscribe({ group: "exports", topics, lambda: this.consumer });
    this.routes = routesOf(exportsEndpoints());
    this.registerOutputs();
  }
}

/** What the job has to know of its sources: a list of Contributors (./job.ts), as JSON. */
const sourcesText = (sources: PersonalDataSource[]): pulumi.Output<string> =>
  pulumi.jsonStringify(sources.map(({ lambda, files }) => ({ functionName: lambda.name, files })));
