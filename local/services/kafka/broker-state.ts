import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Producer ids are taken from the file so many at a time, as Kafka's brokers take theirs from the controller. */
const PRODUCER_ID_BLOCK = 1000;

/** What the broker remembers of itself, in a JSON file. */
export class BrokerState {
  readonly clusterId: string;
  private nextId: number;
  private reservedUntil: number;

  constructor(private readonly file: string) {
    const stored: { clusterId: string; nextProducerId: number } | undefined = existsSync(file)
      ? JSON.parse(readFileSync(file, "utf8"))
      : undefined;
    this.clusterId = stored?.clusterId ?? randomBytes(16).toString("base64url");
    this.nextId = stored?.nextProducerId ?? 0;
    this.reservedUntil = this.nextId;
    if (stored === undefined) this.store();
  }

  /** A producer id that nobody ever had, not even before a restart. */
  nextProducerId(): number {
    if (this.nextId === this.reservedUntil) {
      this.reservedUntil += PRODUCER_ID_BLOCK;
      this.store();
    }
    return this.nextId++;
  }

  private store(): void {
    const content = { clusterId: this.clusterId, nextProducerId: this.reservedUntil };
    writeFileSync(`${this.file}.new`, JSON.stringify(content), { mode: 0o600, flush: true });
    renameSync(`${this.file}.new`, this.file);
  }
}
