import { Copy, Share2 } from "lucide-react";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { client, type Group, idempotent, type NewInvite, unwrap } from "../../api/client";
import { queryClient } from "../../api/queryClient";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { Segmented, TextField } from "../../design/Field";
import { Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";

const QrCode = lazy(() => import("../../design/QrCode"));

/** Invites somebody by mail; the link can be given by other ways too, this once. */
export function InviteSheet({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useWords();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<"member" | "admin">("member");
  const [invite, setInvite] = useState<NewInvite>();
  const { busy, error, start } = useAction(async () => {
    const path = { group_id: group.group_id };
    const body = { email: email.trim(), role };
    setInvite(await unwrap(client.POST("/groups/{group_id}/invites", { params: { path, ...idempotent() }, body })));
    await queryClient.invalidateQueries({ queryKey: ["invites", group.group_id] });
  });
  return (
    <Sheet title={t("group.invite")} onClose={onClose}>
      {invite ? (
        <InviteLink invite={invite} group={group} />
      ) : (
        <form
          className="stack"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void start();
          }}
        >
          <TextField
            label={t("auth.email")}
            type="email"
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            required
          />
          <Segmented
            label={t("group.role")}
            value={role}
            options={[
              { value: "member", text: t("role.member") },
              { value: "admin", text: t("role.admin") },
            ]}
            onChange={setRole}
          />
          <p className="soft small">{t(role === "admin" ? "role.admin_hint" : "role.member_hint")}</p>
          <FormError text={error} />
          <button type="submit" className="button primary wide" disabled={busy}>
            {t("group.send_invite")}
          </button>
        </form>
      )}
    </Sheet>
  );
}

function InviteLink({ invite, group }: { invite: NewInvite; group: Group }) {
  const { t } = useWords();
  const link = `${window.location.origin}/join/${invite.invite_code}`;
  const copy = async () => {
    await navigator.clipboard.writeText(link);
    toast(t("group.copied"));
  };
  return (
    <div className="invite-link">
      <p>{t("group.invite_sent", { email: invite.invitee_email })}</p>
      <Suspense fallback={<span className="qr" />}>
        <QrCode text={link} label={t("group.qr")} />
      </Suspense>
      <code>{link}</code>
      <div className="row">
        <button type="button" className="button primary" onClick={() => void copy()}>
          <Copy size={17} /> {t("group.copy")}
        </button>
        {"share" in navigator && (
          <button
            type="button"
            className="button quiet"
            onClick={() => void navigator.share({ title: group.name, url: link }).catch(() => {})}
          >
            <Share2 size={17} /> {t("group.share")}
          </button>
        )}
      </div>
    </div>
  );
}
