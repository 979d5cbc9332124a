import { useState } from "react";
import { client, type Group, type Member, unwrap } from "../../api/client";
import { queryClient } from "../../api/queryClient";
import { useAction } from "../../app/useAction";
import { Segmented } from "../../design/Field";
import { Confirm, Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";

const refreshGroup = () =>
  Promise.all(
    ["groups", "members", "balances", "transactions"].map((name) =>
      queryClient.invalidateQueries({ queryKey: [name] }),
    ),
  );

/** What may be done with another member: another role, the whole group handed over, or out. */
export function MemberSheet({ group, member, onClose }: { group: Group; member: Member; onClose: () => void }) {
  const { t } = useWords();
  const [asks, setAsks] = useState<"hand_over" | "remove">();
  const path = { group_id: group.group_id, user_id: member.user_id };
  const change = useAction(async (role: Member["role"]) => {
    await unwrap(client.PUT("/groups/{group_id}/members/{user_id}", { params: { path }, body: { role } }));
    await refreshGroup();
    onClose();
  });
  const remove = useAction(async () => {
    await unwrap(client.DELETE("/groups/{group_id}/members/{user_id}", { params: { path } }));
    await refreshGroup();
    onClose();
  });
  const about = { name: member.name, group: group.name };
  if (asks === "hand_over") {
    return (
      <Confirm
        title={t("group.hand_over")}
        text={t("group.hand_over_ask", about)}
        action={t("group.hand_over")}
        busy={change.busy}
        error={change.error}
        onConfirm={() => void change.start("owner")}
        onClose={onClose}
      />
    );
  }
  if (asks === "remove") {
    return (
      <Confirm
        title={t("group.remove")}
        text={t("group.remove_ask", about)}
        action={t("group.remove")}
        busy={remove.busy}
        error={remove.error}
        onConfirm={() => void remove.start()}
        onClose={onClose}
      />
    );
  }
  return (
    <Sheet title={member.name} onClose={onClose}>
      <div className="stack">
        <Segmented
          label={t("group.role")}
          value={member.role === "admin" ? "admin" : "member"}
          options={[
            { value: "member", text: t("role.member") },
            { value: "admin", text: t("role.admin") },
          ]}
          onChange={(role) => void change.start(role)}
        />
        <FormError text={change.error} />
        {group.role === "owner" && (
          <button type="button" className="button quiet wide" onClick={() => setAsks("hand_over")}>
            {t("group.hand_over")}
          </button>
        )}
        <button type="button" className="button danger wide" onClick={() => setAsks("remove")}>
          {t("group.remove")}
        </button>
      </div>
    </Sheet>
  );
}
