import "./groups.css";
import { ChevronRight, Plus, Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { client, idempotent, unwrap } from "../../api/client";
import { useGroups } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { PageHead } from "../../app/PageHead";
import { useAction } from "../../app/useAction";
import { TextField } from "../../design/Field";
import { Empty, IconDisc, Loaded } from "../../design/parts";
import { Sheet } from "../../design/Sheet";
import { useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";

/** Who is with us? The groups that one is in; one's own personal one is not shown, nobody else is in it. */
export default function Groups() {
  const { t } = useWords();
  const groups = useGroups();
  const [open, setOpen] = useState<"new" | "code">();
  return (
    <>
      <PageHead title={t("nav.groups")} back="/more">
        <button type="button" className="icon-button" aria-label={t("groups.create")} onClick={() => setOpen("new")}>
          <Plus size={22} />
        </button>
      </PageHead>
      <div className="page stack narrow">
        <Loaded query={groups}>
          {(all) => {
            const shared = all.filter(({ personal }) => !personal);
            if (shared.length === 0) {
              return (
                <Empty icon={Users} text={t("groups.empty")}>
                  <button type="button" className="button primary" onClick={() => setOpen("new")}>
                    {t("groups.create")}
                  </button>
                </Empty>
              );
            }
            return (
              <ul className="card flush">
                {shared.map(({ group_id, name, member_count }) => (
                  <li key={group_id}>
                    <Link href={`/groups/${group_id}`} className="list-row">
                      <IconDisc icon={Users} />
                      <span className="grow">
                        <span className="title block">{name}</span>
                        <span className="sub block">{t("groups.members", { count: member_count })}</span>
                      </span>
                      <ChevronRight size={18} className="soft" aria-hidden="true" />
                    </Link>
                  </li>
                ))}
              </ul>
            );
          }}
        </Loaded>
        <button type="button" className="button plain" onClick={() => setOpen("code")}>
          {t("groups.have_code")}
        </button>
      </div>
      {open === "new" && <NewGroup onClose={() => setOpen(undefined)} />}
      {open === "code" && <EnterCode onClose={() => setOpen(undefined)} />}
    </>
  );
}

function NewGroup({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const { busy, error, start } = useAction(async () => {
    const group = await unwrap(client.POST("/groups", { params: idempotent(), body: { name: name.trim() } }));
    await queryClient.invalidateQueries({ queryKey: ["groups"] });
    navigate(`/groups/${group.group_id}`);
  });
  return (
    <Sheet title={t("groups.create")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void start();
        }}
      >
        <TextField
          label={t("groups.name")}
          placeholder={t("groups.name_example")}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
        <FormError text={error} />
        <button type="submit" className="button primary wide" disabled={busy}>
          {t("groups.create")}
        </button>
      </form>
    </Sheet>
  );
}

function EnterCode({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [code, setCode] = useState("");
  return (
    <Sheet title={t("groups.have_code")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          // A whole link is as good as the code in it.
          navigate(`/join/${encodeURIComponent(code.trim().split("/").at(-1) ?? "")}`);
        }}
      >
        <TextField label={t("groups.code")} value={code} onChange={(event) => setCode(event.target.value)} required />
        <button type="submit" className="button primary wide">
          {t("common.continue")}
        </button>
      </form>
    </Sheet>
  );
}
