import { useState } from "react";
import { useLocation } from "wouter";
import { client, type Group, unwrap } from "../../api/client";
import { queryClient } from "../../api/queryClient";
import { setScope } from "../../app/scope";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { useSession } from "../../auth/useSession";
import { TextField } from "../../design/Field";
import { Confirm, Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";

/** Look at the group's money, rename it, leave it, delete it. */
export function GroupSettings({ group }: { group: Group }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const userId = useSession()?.userId ?? "";
  const [open, setOpen] = useState<"rename" | "leave" | "delete">();
  const path = { group_id: group.group_id };
  const isOwner = group.role === "owner";
  const out = async () => {
    setScope(undefined);
    navigate("/groups", { replace: true });
    await queryClient.invalidateQueries();
  };
  const leave = useAction(async () => {
    await unwrap(
      client.DELETE("/groups/{group_id}/members/{user_id}", { params: { path: { ...path, user_id: userId } } }),
    );
    toast(t("group.left", { group: group.name }));
    await out();
  });
  const remove = useAction(async () => {
    await unwrap(client.DELETE("/groups/{group_id}", { params: { path } }));
    await out();
  });
  const look = () => {
    setScope(group.group_id);
    navigate("/");
  };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <button type="button" className="button quiet wide" onClick={look}>
        {t("group.look")}
      </button>
      {group.role !== "member" && (
        <button type="button" className="button quiet wide" onClick={() => setOpen("rename")}>
          {t("group.rename")}
        </button>
      )}
      {isOwner ? (
        <>
          {group.member_count > 1 && <p className="soft small">{t("group.owner_hint")}</p>}
          <button type="button" className="button danger wide" onClick={() => setOpen("delete")}>
            {t("group.delete")}
          </button>
        </>
      ) : (
        <button type="button" className="button danger wide" onClick={() => setOpen("leave")}>
          {t("group.leave")}
        </button>
      )}
      {open === "rename" && <Rename group={group} onClose={() => setOpen(undefined)} />}
      {open === "leave" && (
        <Confirm
          title={t("group.leave")}
          text={t("group.leave_ask", { group: group.name })}
          action={t("group.leave")}
          busy={leave.busy}
          error={leave.error}
          onConfirm={() => void leave.start()}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "delete" && (
        <Confirm
          title={t("group.delete")}
          text={t("group.delete_ask", { group: group.name })}
          action={t("group.delete")}
          busy={remove.busy}
          error={remove.error}
          onConfirm={() => void remove.start()}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}

function Rename({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState(group.name);
  const { busy, error, start } = useAction(async () => {
    const path = { group_id: group.group_id };
    await unwrap(client.PUT("/groups/{group_id}", { params: { path }, body: { name: name.trim() } }));
    await queryClient.invalidateQueries({ queryKey: ["groups"] });
    onClose();
  });
  return (
    <Sheet title={t("group.rename")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <TextField
          label={t("groups.name")}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
        <FormError text={error} />
        <button type="submit" className="button primary wide" disabled={busy}>
          {t("common.save")}
        </button>
      </form>
    </Sheet>
  );
}
