import * as v from "valibot";
import { ok } from "../runtime/answer";
import { type EndpointTable, endpoint } from "../runtime/endpoint";

/** What is true of the platform as a whole, for anyone. `document` is the OpenAPI document. */
export const platformEndpoints = (document: () => Record<string, unknown>): EndpointTable<undefined> => ({
  "GET /health": endpoint({
    summary: "Whether the API answers",
    description: "Looks at no database, so that asking does not wake one that sleeps.",
    public: true,
    answers: { 200: v.pipe(v.strictObject({ status: v.literal("ok") }), v.title("Health")) },
    handle: async () => ok({ status: "ok" as const }),
  }),

  "GET /openapi.json": endpoint({
    summary: "This document",
    public: true,
    answers: { 200: v.looseObject({ openapi: v.pipe(v.string(), v.maxLength(10)) }) },
    handle: async () => ok(document() as { openapi: string }),
  }),
});
