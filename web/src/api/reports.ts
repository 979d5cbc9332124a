import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { fetchReport } from "./analytics";

/** A report by its name and query; what was shown last stays until the next is there. */
export const useReport = <Name extends Parameters<typeof fetchReport>[0]>(
  name: Name,
  query: Parameters<typeof fetchReport<Name>>[1],
) =>
  useQuery({
    queryKey: ["report", name, query],
    queryFn: () => fetchReport(name, query),
    placeholderData: keepPreviousData,
  });
