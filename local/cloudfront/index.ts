export { distributionOf } from "./definition";
export { startCloudFront } from "./server";
export type { CloudFront, CloudFrontOptions, DistributionDefinition } from "./types";
