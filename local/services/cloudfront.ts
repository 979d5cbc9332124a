import { randomBytes } from "node:crypto";
import type { AwsRequest, AwsResponse, AwsService } from "./aws-endpoint";

const API_VERSION = "2020-05-31";
const NAMESPACE = `http://cloudfront.amazonaws.com/doc/${API_VERSION}/`;

/**
 * CloudFront's API ("CreateInvalidation", CloudFront API reference), as far as deployments use it. The local host keeps nothing that could be
 * invalidated, so that there is nothing to do but to see whether AWS would take the request.
 *
 * @param distributions ids of the declared distributions.
 */
export function cloudFrontApi(distributions: string[]): AwsService {
  return async (request) => {
    const [, id] = /^\/[\d-]+\/distribution\/([^/]+)\/invalidation$/.exec(request.url.pathname) ?? [];
    if (request.method !== "POST" || id === undefined) {
      return refused(400, "UnknownOperationException", "The local stack emulates CreateInvalidation only.");
    }
    if (!distributions.includes(id)) {
      return refused(404, "NoSuchDistribution", "The specified distribution does not exist.");
    }
    return createInvalidation(request, id);
  };
}

function createInvalidation({ body }: AwsRequest, distribution: string): AwsResponse {
  const text = body.toString("utf8");
  const paths = [...text.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path = ""]) => path);
  const [, quantity] = /<Quantity>(\d+)<\/Quantity>/.exec(text) ?? [];
  const [, reference = ""] = /<CallerReference>([^<]*)<\/CallerReference>/.exec(text) ?? [];
  if (reference === "" || paths.length === 0 || paths.length !== Number(quantity)) {
    return refused(400, "InconsistentQuantities", "The value of Quantity and the size of Items do not match.");
  }
  if (!paths.every((path) => path.startsWith("/"))) {
    return refused(400, "InvalidArgument", "Your request contains one or more invalid invalidation paths.");
  }
  const id = `I${randomBytes(8).toString("hex").toUpperCase()}`;
  const items = paths.map((path) => `<Path>${path}</Path>`).join("");
  return {
    status: 201,
    headers: {
      location: `https://cloudfront.amazonaws.com/${API_VERSION}/distribution/${distribution}/invalidation/${id}`,
    },
    xml:
      `<?xml version="1.0"?>\n<Invalidation xmlns="${NAMESPACE}"><Id>${id}</Id><Status>InProgress</Status>` +
      `<CreateTime>${new Date().toISOString()}</CreateTime><InvalidationBatch><Paths><Quantity>${paths.length}</Quantity>` +
      `<Items>${items}</Items></Paths><CallerReference>${reference}</CallerReference></InvalidationBatch></Invalidation>`,
  };
}

const refused = (status: 400 | 404, code: string, message: string): AwsResponse => ({
  status,
  xml:
    `<?xml version="1.0"?>\n<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code>` +
    `<Message>${message}</Message></Error><RequestId>${randomBytes(8).toString("hex")}</RequestId></ErrorResponse>`,
});
