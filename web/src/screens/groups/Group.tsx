import "./groups.css";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import type { Group as GroupData, Member } from "../../api/client";
import { client, unwrap } from "../../api/client";
import { apiProblem } from "../../api/problem";
import { useGroups, useInvites, useMembers } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { PageHead } from "../../app/PageHead";
import { useAction } from "../../app/useAction";
import { useSession } from "../../auth/useSession";
import { Avatar, Failure, Loaded, SkeletonRows } from "../../design/parts";
import { formatDate } from "../../i18n/format";
import { type Translate, useWords } from "../../i18n/language";
import { FormError } from "../auth/AuthPage";
import { GroupSettings } from "./GroupSettings";
import { InviteSheet } from "./InviteSheet";
import { MemberSheet } from "./MemberSheet";

/** Who is with us, and as what. */
export default function Group({ id }: { id: string }) {
  const { t } = useWords();
  const groups = useGroups();
  const group = groups.data?.find(({ group_id }) => group_id === id);
  if (group === undefined) {
    return (
      <>
        <PageHead title={t("nav.groups")} back="/groups" />
        {groups.isPending ? (
          <SkeletonRows />
        ) : (
          <Failure error={groups.error ?? apiProblem(404, "group_not_found", "")} retry={() => void groups.refetch()} />
        )}
      </>
    );
  }
  return (
    <>
      <PageHead title={group.name} back="/groups" />
      <div className="page stack narrow">
        <Members group={group} />
        {group.role !== "member" && <Invites group={group} />}
        <GroupSettings group={group} />
        <p className="soft small">{t("group.what_is_seen")}</p>
      </div>
    </>
  );
}

export const roleText = (t: Translate, role: Member["role"]): string =>
  t(role === "owner" ? "role.owner" : role === "admin" ? "role.admin" : "role.member");

function Members({ group }: { group: GroupData }) {
  const { t } = useWords();
  const ownId = useSession()?.userId;
  const members = useMembers(group.group_id);
  const [opened, setOpened] = useState<Member>();
  const canChange = (member: Member) => group.role !== "member" && member.user_id !== ownId && member.role !== "owner";
  return (
    <section className="card flush">
      <div className="card-head">
        <h2>{t("group.members")}</h2>
      </div>
      <Loaded query={members} skeleton={<SkeletonRows count={3} />}>
        {(list) => (
          <ul>
            {list.map((member) => {
              const content = (
                <>
                  <Avatar id={member.user_id} name={member.name} />
                  <span className="grow">
                    <span className="title block ellipsis">
                      {member.name}
                      {member.user_id === ownId && <span className="soft"> · {t("member.you")}</span>}
                    </span>
                    <span className="sub block ellipsis">{member.email}</span>
                  </span>
                  <span className="badge">{roleText(t, member.role)}</span>
                </>
              );
              return (
                <li key={member.user_id}>
                  {canChange(member) ? (
                    <button type="button" className="list-row" onClick={() => setOpened(member)}>
                      {content}
                    </button>
                  ) : (
                    <div className="list-row">{content}</div>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
      {opened && <MemberSheet group={group} member={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}

function Invites({ group }: { group: GroupData }) {
  const { t, locale } = useWords();
  const invites = useInvites(group.group_id, true);
  const [inviting, setInviting] = useState(false);
  const revoke = useAction(async (inviteId: string) => {
    const path = { group_id: group.group_id, invite_id: inviteId };
    await unwrap(client.DELETE("/groups/{group_id}/invites/{invite_id}", { params: { path } }));
    await queryClient.invalidateQueries({ queryKey: ["invites", group.group_id] });
  });
  return (
    <section className="card flush">
      <div className="card-head spread">
        <h2>{t("group.invites")}</h2>
        <button type="button" className="button primary compact" onClick={() => setInviting(true)}>
          <UserPlus size={16} /> {t("group.invite")}
        </button>
      </div>
      <FormError text={revoke.error} />
      <Loaded query={invites} skeleton={<SkeletonRows count={1} />}>
        {(list) =>
          list.length === 0 ? (
            <p className="soft list-row">{t("group.no_invites")}</p>
          ) : (
            <ul>
              {list.map((invite) => (
                <li key={invite.invite_id} className="list-row">
                  <span className="grow">
                    <span className="title block ellipsis">{invite.invitee_email}</span>
                    <span className="sub block">
                      {t("group.invite_until", {
                        date: formatDate(locale, invite.expires_at.slice(0, 10), { day: "numeric", month: "long" }),
                      })}
                    </span>
                  </span>
                  <button
                    type="button"
                    className="button quiet compact"
                    disabled={revoke.busy}
                    onClick={() => void revoke.start(invite.invite_id)}
                  >
                    {t("group.revoke")}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {inviting && <InviteSheet group={group} onClose={() => setInviting(false)} />}
    </section>
  );
}
