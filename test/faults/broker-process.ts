/** The local broker in a process of its own, so that it can be killed. */
import { startKafka } from "../../local/services/kafka";
import type { BrokerSettings } from "./broker";

const { dataFolder, port, advertisedPort, topics, partitions }: BrokerSettings = JSON.parse(process.argv[2] ?? "");

process.on("disconnect", () => process.exit());
startKafka({
  dataFolder,
  port,
  advertised: { host: "127.0.0.1", port: advertisedPort },
  // Members that were killed hold up their group no longer than this.
  minSessionTimeoutMs: 1000,
  log: (line) => console.error(line),
}).then((kafka) => {
  for (const name of topics) kafka.ensureTopic({ name, partitions });
  process.on("message", () => kafka.stop().then(() => process.exit()));
  process.send?.("ready");
});
