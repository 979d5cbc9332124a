import { useLocation } from "wouter";
import { client, idempotent, unwrap } from "../../api/client";
import { isApiProblem } from "../../api/problem";
import { useMe } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { setScope } from "../../app/scope";
import { toast } from "../../app/toasts";
import { useAction } from "../../app/useAction";
import { useWords } from "../../i18n/language";
import { AuthPage, FormError } from "../auth/AuthPage";

/** An invitation, opened by somebody who is signed in. */
export default function Join({ code }: { code: string }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const me = useMe();
  const { busy, error, start } = useAction(async () => {
    const path = { invite_code: code };
    const group = await unwrap(client.POST("/groups/join/{invite_code}", { params: { path, ...idempotent() } })).catch(
      (failure: unknown) => {
        // The link was opened twice: all is as wanted.
        if (isApiProblem(failure) && failure.code === "already_member") return undefined;
        throw failure;
      },
    );
    await queryClient.invalidateQueries();
    if (group !== undefined) {
      setScope(group.group_id);
      toast(t("join.done", { group: group.name }));
    }
    navigate("/", { replace: true });
  });
  return (
    <AuthPage title={t("join.title")} lead={t("join.as", { name: me.name })}>
      <div className="stack" style={{ marginTop: 16 }}>
        <FormError text={error} />
        <button type="button" className="button primary wide" disabled={busy} onClick={() => void start()}>
          {t("join.action")}
        </button>
        <button type="button" className="button quiet wide" onClick={() => navigate("/", { replace: true })}>
          {t("join.not_now")}
        </button>
      </div>
    </AuthPage>
  );
}
