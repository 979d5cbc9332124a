/**
 * The OpenAPI 3.1 document, made from the endpoint tables while the program is deployed; never captured into a function.
 */
import * as v from "valibot";
import type { Endpoint, EndpointTable, Schema } from "./endpoint";
import { type Json, jsonSchemaOf } from "./json-schema";

/** The endpoints of one service under the name that groups them in the document. */
export interface DocumentedService {
  tag: string;
  description: string;
  endpoints: EndpointTable<never>;
}

/** The document as a JSON value, the same for the same tables. */
export const openApiDocument = (services: DocumentedService[]): Json => {
  const schemas: Record<string, Json> = { Problem: problemSchema };
  const paths: Record<string, Record<string, Json>> = {};
  for (const { tag, endpoints } of services) {
    for (const [routeKey, endpoint] of Object.entries(endpoints)) {
      const [method = "", path = ""] = routeKey.split(" ");
      paths[path] = { ...paths[path], [method.toLowerCase()]: operation(routeKey, tag, endpoint, schemas) };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ahorro",
      version: "1.0.0",
      description: "Families keep their money in view together.",
      contact: { name: "Ahorro", url: "https://ahorro.app" },
      license: { name: "Proprietary", identifier: "LicenseRef-Proprietary" },
    },
    servers: [
      { url: "/", description: "The server that gave this document, local or production", "x-internal": false },
    ],
    tags: services.map(({ tag, description }) => ({ name: tag, description })),
    security: [{ idToken: [] }],
    paths,
    components: {
      securitySchemes: {
        idToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "The Cognito ID token, valid for an hour, verified as RFC8725 asks.",
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: problemResponses,
      headers,
    },
  };
};

const operation = (routeKey: string, tag: string, endpoint: Endpoint<never>, schemas: Record<string, Json>): Json => {
  const [method = "", path = ""] = routeKey.split(" ");
  const schemaOf = (schema: Schema) => jsonSchema(schema, schemas);
  return {
    operationId: operationIdOf(method, path),
    summary: endpoint.summary,
    description: descriptionOf(endpoint),
    tags: [tag],
    ...(endpoint.public ? { security: [] } : {}),
    parameters: [
      ...Object.entries(endpoint.path).map(([name, schema]) => ({
        name,
        in: "path",
        required: true,
        schema: schemaOf(schema),
      })),
      ...Object.entries(endpoint.query).map(([name, schema]) => ({ name, in: "query", schema: schemaOf(schema) })),
      ...(method === "POST" ? [idempotencyKey] : []),
      ...(method === "PUT" || method === "DELETE" ? [ifMatch] : []),
    ],
    ...(endpoint.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(endpoint.body) } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(endpoint.answers).map(([status, schema]) => [
          status,
          answer(status, schema, endpoint.media[Number(status)] ?? [], schemaOf),
        ]),
      ),
      ...Object.fromEntries(
        problemStatuses(method, endpoint).map((status) => [status, { $ref: `#/components/responses/${status}` }]),
      ),
    },
  };
};

/** `POST /groups/join/{invite_code}` → `postGroupsJoinInviteCode`. */
const operationIdOf = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

const descriptionOf = (endpoint: Endpoint<never>): string => {
  const problems = Object.entries(endpoint.problems).map(
    ([status, codes]) => `${status} ${codes.map((code) => `\`${code}\``).join(", ")}`,
  );
  const sentences = [endpoint.description ?? `${endpoint.summary}.`];
  if (problems.length > 0) sentences.push(`Problems: ${problems.join("; ")}.`);
  return sentences.join("\n\n");
};

const descriptions: Record<string, string> = {
  200: "Done",
  201: "Made",
  202: "Under way",
  204: "Gone",
  207: "A result for each",
  303: "Elsewhere",
};

/** Headers that answers of a status have beside those that all have. */
const headersByStatus: Record<string, Json> = {
  201: { Location: { $ref: "#/components/headers/Location" } },
  202: { "Retry-After": { $ref: "#/components/headers/Retry-After" } },
  303: {
    Location: {
      description: "Where it is, for some minutes, without a token.",
      schema: { type: "string", format: "uri", maxLength: 4000 },
    },
  },
};

const answer = (status: string, schema: Schema | null, media: string[], schemaOf: (schema: Schema) => Json): Json => {
  const isResource = schema !== null && v.getTitle(schema) !== undefined;
  return {
    description: descriptions[status] ?? "Done",
    headers: {
      ...commonHeaders,
      ...(isResource ? { ETag: { $ref: "#/components/headers/ETag" } } : {}),
      ...headersByStatus[status],
    },
    ...(schema === null
      ? {}
      : {
          content: {
            "application/json": { schema: schemaOf(schema) },
            ...Object.fromEntries(media.map((type) => [type, { schema: { type: "string", maxLength: 6_291_456 } }])),
          },
        }),
  };
};

const problemStatuses = (method: string, endpoint: Endpoint<never>): number[] => {
  const statuses = new Set([400, 429, 500, 503, ...Object.keys(endpoint.problems).map(Number)]);
  if (!endpoint.public) for (const status of [401, 403]) statuses.add(status);
  if (Object.keys(endpoint.path).length > 0) statuses.add(404);
  if (endpoint.body !== undefined) for (const status of [413, 422]) statuses.add(status);
  if (method === "POST") for (const status of [409, 422]) statuses.add(status);
  if (method === "PUT" || method === "DELETE") statuses.add(412);
  return [...statuses].sort((a, b) => a - b);
};

/** JSON Schema of a schema; titled ones move to the components and are referred to. */
const jsonSchema = (schema: Schema, schemas: Record<string, Json>): Json =>
  jsonSchemaOf(schema, {
    target: "draft-2020-12",
    define: (title, definition) => {
      schemas[title] = definition;
      return `#/components/schemas/${title}`;
    },
  });

const problemSchema: Json = {
  title: "Problem",
  description: "What went wrong (RFC 9457).",
  type: "object",
  additionalProperties: false,
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string", format: "uri", maxLength: 200 },
    title: { type: "string", maxLength: 100 },
    status: { type: "integer", format: "int32", minimum: 400, maximum: 599 },
    detail: { type: "string", maxLength: 1000 },
    code: { type: "string", pattern: "^[a-z0-9_]+$", maxLength: 100 },
    errors: {
      type: "array",
      maxItems: 1000,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["path", "message"],
        properties: { path: { type: "string", maxLength: 1000 }, message: { type: "string", maxLength: 1000 } },
      },
    },
  },
};

const headers: Json = {
  ETag: { description: "Entity tag for `If-Match` and `If-None-Match`.", schema: { type: "string", maxLength: 30 } },
  Location: { description: "Path of what was made.", schema: { type: "string", maxLength: 200 } },
  "X-RateLimit-Limit": {
    description: "Requests per second that the API takes in all.",
    schema: { type: "integer", format: "int32", minimum: 1, maximum: 2_147_483_647 },
  },
  "Access-Control-Allow-Origin": {
    description: "The calling page's origin, when it is one that the API is open to.",
    schema: { type: "string", maxLength: 200 },
  },
  "Retry-After": {
    description: "Seconds to wait before a retry.",
    schema: { type: "integer", format: "int32", minimum: 0, maximum: 3600 },
  },
};

const commonHeaders = {
  "X-RateLimit-Limit": { $ref: "#/components/headers/X-RateLimit-Limit" },
  "Access-Control-Allow-Origin": { $ref: "#/components/headers/Access-Control-Allow-Origin" },
};

const problemResponse = (description: string, retryAfter = false): Json => ({
  description,
  headers: {
    ...commonHeaders,
    ...(retryAfter ? { "Retry-After": { $ref: "#/components/headers/Retry-After" } } : {}),
  },
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

/** What API Gateway itself answers is no problem document but `{ "message": … }`. */
const gatewayResponse = (description: string, retryAfter = false): Json => ({
  ...problemResponse(description, retryAfter),
  content: {
    "application/json": {
      schema: {
        type: "object",
        additionalProperties: false,
        required: ["message"],
        properties: { message: { type: "string", maxLength: 100 } },
      },
    },
  },
});

const problemResponses: Record<string, Json> = {
  400: problemResponse("Malformed query, body or header"),
  401: gatewayResponse("No token"),
  403: {
    ...problemResponse("The token is refused (as API Gateway says it), or the caller's role does not suffice"),
    content: {
      "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
      "application/json": (gatewayResponse("").content as Json)["application/json"],
    },
  },
  404: problemResponse("Not there, or not the caller's"),
  409: problemResponse("In conflict with what is there, or the Idempotency-Key is in use right now"),
  412: problemResponse("Changed since `If-Match` was read"),
  413: problemResponse("The body is too large"),
  422: problemResponse("Invalid content, or the Idempotency-Key was used for another request"),
  429: gatewayResponse("Too many requests", true),
  500: problemResponse("A fault of the service"),
  503: problemResponse("Not available right now", true),
};

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  description: "Makes repetitions of this request safe for 24 hours: they get the first response again.",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
};

const ifMatch: Json = {
  name: "If-Match",
  in: "header",
  description: "The ETag of the version that is to be changed.",
  schema: { type: "string", maxLength: 1000 },
};
