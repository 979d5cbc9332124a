/**
 * An instance of the relay function, as Lambda runs it: one event at a time, connections and producer kept between them. In a process
 * of its own, which ends itself with SIGKILL where it is told to.
 */
import { relay } from "../../functions/outbox/relay";
import { kafkaPublisher } from "../../functions/runtime/kafka";
import { type Connection, connect } from "../../functions/runtime/postgres";
import type { Answer, Death, Message, RelaySettings } from "./relays";

/** Less than the relay function's, so that instances hand over often, however much there is to publish. */
const TIMEOUT_MS = 8_000;

const { topic, afterwards, clientId }: RelaySettings = JSON.parse(process.argv[2] ?? "");
const publisher = kafkaPublisher(clientId);
let death: Death | null = null;

const die = () => process.kill(process.pid, "SIGKILL");
const dieSoon = (afterMs: number) => setTimeout(die, afterMs);

/** Looks out for the statement that forgets published events, of which that is a part. */
const watched = (sql: Connection): Connection => {
  const forgetting = new Set<unknown>();
  return new Proxy(sql, {
    apply(target, self, args) {
      const query = Reflect.apply(target, self, args);
      const isForget = /^\s*(with forgotten as|delete from outbox|update outbox\s+set status)/.test(
        String(args[0]?.[0]),
      );
      if (isForget) forgetting.add(query);
      if (isForget || !args.some((part) => forgetting.has(part))) return query;
      forgetting.clear();
      if (death?.at === "in-forget") dieSoon(death.afterMs);
      return death?.at === "after-forget" ? query.then(die) : query;
    },
  });
};

const handler = relay({
  connect: () => watched(connect("relay")),
  publish: async (messages) => {
    if (death?.at === "before-publish") die();
    if (death?.at === "in-publish") dieSoon(death.afterMs);
    await publisher.publish(topic, messages);
    if (death?.at === "after-publish") die();
  },
  afterwards,
  buried: () => {},
  aged: () => {},
});

const answer = (message: Answer) => process.send?.(message);

process.on("message", (message: Message) => {
  if ("death" in message) {
    death = message.death;
    if (death?.at === "any-time") dieSoon(death.afterMs);
    return;
  }
  const end = performance.now() + TIMEOUT_MS;
  handler({}, { getRemainingTimeInMillis: () => end - performance.now() }).then(
    (result) => answer({ ok: true, published: result.published }),
    (error: unknown) => answer({ ok: false, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
answer({ ok: true, published: 0 });
