import type { PolicyResource } from "../../policy/rule";
import type { Example } from "./examples";

const urnOf = (type: string, name: string) => `urn:pulumi:prod::ahorro::${type}::${name}`;

/** An example's resource, first, with those around it. */
export function stage(type: string, { inputs, protect = false, made, origins, others }: Example): PolicyResource[] {
  const urn = urnOf(type, "example");
  const around = (resources: Example["made"], dependencies: string[]): PolicyResource[] =>
    Object.entries(resources ?? {}).map(([key, given]) => ({
      urn: urnOf(key, "other"),
      // A type that is there twice has a space at its end, since keys are there once.
      type: key.trim(),
      name: "other",
      inputs: given,
      dependencies,
      protect: false,
    }));
  const from = around(origins, []);
  const dependencies = from.map((origin) => origin.urn);
  return [
    { urn, type, name: "example", inputs, dependencies, protect },
    ...around(made, [urn]),
    ...from,
    ...around(others, []),
  ];
}
