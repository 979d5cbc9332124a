import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { commandOf } from "./services/processes";

/** TCP ports of the local stack, all on 127.0.0.1. */
const DEFAULT_PORTS = { web: 8000, api: 8080, cognito: 9229, postgres: 54320, aws: 4566, mail: 8025, kafka: 9092 };

/** A part of the local stack that listens on a port of its own; `aws` is the endpoint of the small AWS API emulations. */
export type PortName = keyof typeof DEFAULT_PORTS;

/**
 * Wanted ports: the defaults, or what AHORRO_WEB_PORT, AHORRO_API_PORT, AHORRO_COGNITO_PORT, AHORRO_POSTGRES_PORT,
 * AHORRO_AWS_PORT, AHORRO_MAIL_PORT and AHORRO_KAFKA_PORT say. 0 stands for "any free port".
 *
 * @throws Error naming the variable when its value is not a port number.
 */
export function defaultPorts(env: NodeJS.ProcessEnv = process.env): Record<PortName, number> {
  const port = (name: PortName): number => {
    const value = env[variableOf(name)];
    if (value === undefined || value === "") return DEFAULT_PORTS[name];
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
    throw new Error(
      `${variableOf(name)} is "${value}", which is not a port. Set it to a number from 1 to 65535, to 0 for any free ` +
        `port, or unset it for ${DEFAULT_PORTS[name]}.`,
    );
  };
  return {
    web: port("web"),
    api: port("api"),
    cognito: port("cognito"),
    postgres: port("postgres"),
    aws: port("aws"),
    mail: port("mail"),
    kafka: port("kafka"),
  };
}

/**
 * Settles on one port per service on 127.0.0.1: a number above 0 asks for that very port, 0 for any free one. The ports
 * are free when this returns, and no two are the same; nothing keeps another program from taking one afterwards.
 *
 * @throws Error saying which service, which port, who holds it (where `/proc` tells) and what to do.
 */
export async function choosePorts<Name extends string>(wanted: Record<Name, number>): Promise<Record<Name, number>> {
  const chosen = { ...wanted };
  const probes: Server[] = [];
  try {
    // Fixed ports first, lest a free one picked for somebody else takes them. All stay open until all are known.
    for (const name of keysOf(wanted).sort((a, b) => Number(wanted[a] === 0) - Number(wanted[b] === 0))) {
      const twin = keysOf(wanted).find(
        (other) => other !== name && wanted[other] === wanted[name] && wanted[name] !== 0,
      );
      if (twin) throw new Error(`${twin} and ${name} both ask for port ${wanted[name]}. ${remedy(name)}`);
      const probe = await listen(name, wanted[name]);
      probes.push(probe);
      chosen[name] = portOf(probe);
    }
  } finally {
    await Promise.all(probes.map((probe) => new Promise((closed) => probe.close(closed))));
  }
  return chosen;
}

function listen(name: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => reject(new Error(explain(name, port, error))));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function explain(name: string, port: number, error: NodeJS.ErrnoException): string {
  if (error.code !== "EADDRINUSE") return `Port ${port} for ${name} cannot be used: ${error.message}. ${remedy(name)}`;
  const pid = holderOf(port);
  if (!pid)
    return `Port ${port} for ${name} is taken. Stop the program that holds it, or choose another: ${remedy(name)}`;
  const holder = `process ${pid} (${commandOf(pid) ?? "unknown command"})`;
  return `Port ${port} for ${name} is taken by ${holder}. Stop it (kill ${pid}), or choose another: ${remedy(name)}`;
}

/** The process that listens on a TCP port, as `/proc` tells; undefined without `/proc` or without the right to look. */
function holderOf(port: number): number | undefined {
  try {
    const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningSockets(table, port)));
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .find((pid) => openFiles(pid).some((file) => sockets.has(file)));
  } catch {
    return undefined;
  }
}

/** Sockets (`socket:[inode]`) listening on a port in a table of the format of proc_net(5). */
function listeningSockets(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync(table, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) && state === "0A")
    .map((columns) => `socket:[${columns[9]}]`);
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((file) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${file}`)];
      } catch {
        return []; // closed meanwhile
      }
    });
  } catch {
    return []; // somebody else's process, or gone meanwhile
  }
}

const variableOf = (name: string): string => `AHORRO_${name.toUpperCase()}_PORT`;
const remedy = (name: string): string => `set ${variableOf(name)} to a free port, or to 0 for any free one.`;
const keysOf = <Name extends string>(record: Record<Name, unknown>): Name[] => Object.keys(record) as Name[];

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("a TCP server has no port: is it closed already?");
  return address.port;
}
