import { dispatcher, type HttpEvent } from "../runtime/dispatch";
import { type PageRequest, personalData } from "../runtime/personal-data";
import { readOnly } from "../runtime/work";
import { type ExportUnit, exportEndpoints } from "./export";
import { transactionsData } from "./personal-data";

/**
 * The handler of the function that makes files of transactions: for the API, whose events name a route, and for whoever puts together all
 * that is kept of a person. One function, since both read and render alike.
 */
export const exporter = (unit: ExportUnit) => {
  const serve = dispatcher(exportEndpoints(), readOnly(unit));
  const handOut = personalData(transactionsData(unit.sql, unit.renderings));
  return (event: HttpEvent | PageRequest): Promise<unknown> => ("routeKey" in event ? serve(event) : handOut(event));
};
