import * as v from "valibot";
import { consumer } from "../runtime/consumer";
import type { Table } from "../runtime/dynamodb";
import { eventData } from "../runtime/event-data";
import { Email } from "../runtime/fields";
import type { SendMail } from "../runtime/mail";
import { inviteMail } from "./invite-mail";

/** What this service reads of an invitation. */
const InviteData = () =>
  v.object({
    name: v.string(),
    inviter_name: v.string(),
    email: Email(),
    code: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, "must be a code")),
    expires_at: v.pipe(v.string(), v.isoTimestamp()),
    locale: v.string(),
  });

export interface NotificationsDeps {
  /** Remembers by event what was sent, until the invite expires. */
  sent: Table;
  send: SendMail;
  /** Where links lead. */
  webUrl: string;
}

/**
 * Tells people by mail what they cannot know from the app.
 *
 * At least once: SES has no way to say "only if not sent before", so what dies between sending and remembering sends again. Events that
 * are delivered again, as whole batches are when one of their events fails, are known by their id and send nothing. Neither do
 * invites that have expired meanwhile.
 *
 * @throws Error naming the event whose data are not what they should be; SES's own when it takes no mail.
 */
export const notificationsConsumer = ({ sent, send, webUrl }: NotificationsDeps) => {
  const inviteData = InviteData();

  return consumer({
    UserInvitedGroup: async (event) => {
      const invite = eventData(inviteData, event);
      const expiry = Date.parse(invite.expires_at);
      const key = { event_id: event.id };
      if (expiry <= Date.now() || (await sent.get(key)) !== undefined) return;
      await send(inviteMail(invite, webUrl));
      const note = { ...key, sent_at: new Date().toISOString(), expires_at: Math.ceil(expiry / 1000) };
      // To fail now would be to send again.
      await sent.put(note).catch((error: unknown) => {
        console.error({ message: "A sent mail could not be remembered", event: event.id, error: String(error) });
      });
    },
  });
};
