import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { publishedContracts } from "../../../functions/events/contracts";

/** Validators by type, of the published JSON Schemas: by a library that has never seen the schemas they were made from. */
export function publishedValidators(): Record<string, ValidateFunction> {
  const ajv = addFormats(new Ajv({ allErrors: true }));
  return Object.fromEntries(
    Object.entries(publishedContracts()).map(([type, { schema }]) => [type, ajv.compile(schema)]),
  );
}
