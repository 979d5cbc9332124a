import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { fetchReport, type ReportName, type ReportQuery } from "./analytics";

/** A report by its name and query; what was shown last stays until the next is there. */
export const useReport = <Name extends ReportName>(name: Name, query: ReportQuery<Name>) =>
  useQuery({
    queryKey: ["report", name, query],
    queryFn: () => fetchReport(name, query),
    placeholderData: keepPreviousData,
  });
