import { eventHandlers } from "../events/handlers";
import { consumer } from "../runtime/consumer";
import type { Table } from "../runtime/dynamodb";
import type { SendMail } from "../runtime/mail";
import { inviteMail } from "./invite-mail";

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
 * @throws SES's own error when it takes no mail.
 */
export const notificationsConsumer = ({ sent, send, webUrl }: NotificationsDeps) => {
  return consumer(
    eventHandlers({
      UserInvitedGroup: async (event) => {
        const invite = event.data;
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
    }),
  );
};
