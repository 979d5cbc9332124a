import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** The header by which an API knows what came through the distribution. */
export const ORIGIN_HEADER = "x-ahorro-origin";

const KEY_BYTES = 32;

export interface OriginKeysArgs {
  /** A key for each number. The first is sent, all are taken. At least one. */
  generations: number[];
}

/**
 * Keys that only a distribution and its API know: the distribution puts one into each request, in place of whatever a client sent, and the API refuses
 * requests without ("Restrict access to your origin", CloudFront developer guide). HTTP APIs take neither resource policies nor origin access
 * control nor WAF, and a name of one's own is as public as the one that AWS gives; this is what is left, and it is sound as long as the key is.
 *
 * The key is in Pulumi's state, encrypted, and in the distribution's configuration. Functions get its digest only, which shows nobody the key.
 * Costs nothing.
 */
export class OriginKeys extends pulumi.ComponentResource {
  /** What the distribution sends. */
  readonly sent: pulumi.Output<string>;
  /** SHA-256 of all that the API takes, in hexadecimal, separated by commas. */
  readonly digests: pulumi.Output<string>;

  constructor(name: string, { generations }: OriginKeysArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const [first, ...others] = generations;
    if (first === undefined) throw new Error("The distribution needs a key to send.");
    super("ahorro:edge:OriginKeys", name, {}, opts);
    const create = (generation: number) =>
      new random.RandomBytes(`${name}-${generation}`, { length: KEY_BYTES }, { parent: this }).hex;
    this.sent = create(first);
    this.digests = pulumi.unsecret(
      pulumi.all([this.sent, ...others.map(create)]).apply((keys) => keys.map(digestOf).join()),
    );
    this.registerOutputs({ digests: this.digests });
  }
}

const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");
