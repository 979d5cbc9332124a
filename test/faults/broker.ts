import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Program } from "./program";

export interface BrokerSettings {
  dataFolder: string;
  port: number;
  /** Where clients are told to go: the proxy. */
  advertisedPort: number;
  topics: string[];
  partitions: number;
}

/** The local broker in a process of its own, on the same data and port for all its lives. */
export interface Broker {
  /** In order, then anew. */
  restart(): Promise<void>;
  /** With SIGKILL, then anew. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startBroker(program: Program, settings: BrokerSettings): Promise<Broker> {
  let child: ChildProcess = await program.start(settings);
  const end = async (how: "stop" | "kill"): Promise<void> => {
    const ended = once(child, "exit");
    if (how === "kill") child.kill("SIGKILL");
    else child.send("stop");
    await ended;
  };
  const again = async (how: "stop" | "kill"): Promise<void> => {
    await end(how);
    child = await program.start(settings);
  };
  return { restart: () => again("stop"), kill: () => again("kill"), stop: () => end("stop") };
}
