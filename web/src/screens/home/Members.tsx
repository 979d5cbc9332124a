import { searchOfFilters } from "../../api/filters";
import { useMembers } from "../../api/queries";
import { useReport } from "../../api/reports";
import { useDisplay } from "../../app/useDisplay";
import { firstOfMonth, today } from "../../dates/days";
import { Avatar, Loaded, SkeletonRows } from "../../design/parts";
import { useWords } from "../../i18n/language";
import { sharesIn } from "../../money/display";
import { ShareRow } from "./ShareRow";

/** What each member of a group spent this month. */
export function Members({ groupId }: { groupId: string }) {
  const { t } = useWords();
  const { currency, rates } = useDisplay();
  const members = useMembers(groupId).data;
  const period = { from: firstOfMonth(today()), to: today() };
  const report = useReport("spending", { group_id: groupId, ...period, by: "user", type: "expense" });
  return (
    <section className="card flush">
      <div className="card-head">
        <h2>{t("home.by_member")}</h2>
      </div>
      <Loaded query={report} skeleton={<SkeletonRows count={2} />}>
        {(items) => {
          const { shares } = sharesIn(items, currency, rates);
          if (shares.length === 0) return <p className="soft share-row">{t("home.nothing_spent")}</p>;
          return shares.map(({ key, amount, approximate }) => {
            const name = members?.find(({ user_id }) => user_id === key)?.name ?? t("member.former");
            return (
              <ShareRow
                key={key}
                sign={<Avatar id={key} name={name} />}
                title={name}
                amount={amount}
                currency={currency}
                converted={approximate}
                most={shares[0]?.amount ?? "0"}
                hueId={key}
                href={`/transactions?${searchOfFilters({ group_id: groupId, user_id: key, type: "expense", ...period })}`}
              />
            );
          });
        }}
      </Loaded>
    </section>
  );
}
