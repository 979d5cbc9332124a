import { Amount } from "../../design/Amount";
import { useWords } from "../../i18n/language";

interface DataTableProps {
  head: string[];
  rows: { key: string; name: string; amounts: (string | undefined)[] }[];
  currency: string;
}

/** The numbers behind a chart: for screen readers, and for everybody who wants them. */
export function DataTable({ head, rows, currency }: DataTableProps) {
  const { t } = useWords();
  return (
    <details className="data-table">
      <summary>{t("report.table")}</summary>
      <div className="scrolls">
        <table>
          <thead>
            <tr>
              {head.map((text) => (
                <th key={text} scope="col">
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, name, amounts }) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                {amounts.map((amount, index) => (
                  <td key={head[index + 1]}>
                    {amount !== undefined && <Amount amount={amount} currency={currency} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
