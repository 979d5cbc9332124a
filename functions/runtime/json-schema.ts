/** JSON Schema of what schemas accept, for documents that are made at deployment; never captured into a function. */
import { type ConversionConfig, toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";

export type Json = Record<string, unknown>;

export interface JsonSchemaOptions {
  target: NonNullable<ConversionConfig["target"]>;
  /** Takes the definition of a titled schema, and gives what refers to it. Without it, titled schemas are written out. */
  define?: (title: string, definition: Json) => string;
}

/** What a schema says of itself for the document (`jsonSchema` metadata) replaces what was derived. */
export const jsonSchemaOf = (schema: v.GenericSchema, options: JsonSchemaOptions): Json => {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    target: options.target,
    // Checks and transformations have no counterpart in JSON Schema; the metadata after them tells the rest.
    errorMode: "ignore",
    overrideAction: ({ valibotAction, jsonSchema: derived }) => {
      if (isMetadata(valibotAction)) {
        const { metadata } = valibotAction;
        return "schema" in metadata ? jsonSchemaOf(metadata.schema, options) : metadata.jsonSchema;
      }
      if (!isTitle(valibotAction) || options.define === undefined) return undefined;
      return { $ref: options.define(valibotAction.title, { title: valibotAction.title, ...derived }) };
    },
  });
  return converted;
};

const isMetadata = (action: {
  type: string;
}): action is { type: string; metadata: { jsonSchema: Json } | { schema: v.GenericSchema } } =>
  action.type === "metadata";

const isTitle = (action: { type: string }): action is { type: string; title: string } => action.type === "title";
