import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";

export interface CommittedOffset {
  offset: number;
  metadata: string;
}

/** A line of the file: an offset, or that all of a group or of a topic are forgotten. */
type Entry =
  | { group: string; topic: string; partition: number; offset: number; metadata: string }
  | { deletedGroup: string }
  | { deletedTopic: string };

/** The file is written anew when it has more than so many lines that no longer count. */
const MAX_STALE_LINES = 10_000;

/**
 * The offsets that consumer groups have committed, kept for good in a file of JSON lines to which every commit is
 * appended; like records, a commit survives the end of this process from the moment it is answered.
 */
export class Offsets {
  private readonly groups = new Map<string, Map<string, Map<number, CommittedOffset>>>();
  private fd: number;
  private lines = 0;
  private compactAt = MAX_STALE_LINES;

  constructor(
    private readonly file: string,
    log: (line: string) => void,
  ) {
    if (existsSync(file)) this.load(log);
    this.fd = openSync(file, "a", 0o600);
    this.compactWhenWorthIt();
  }

  private load(log: (line: string) => void): void {
    const bytes = readFileSync(this.file);
    // A line counts when it is whole; after the last newline there is what a killed process did not finish.
    const whole = bytes.lastIndexOf("\n") + 1;
    if (whole < bytes.length) {
      log(`${this.file}: the last ${bytes.length - whole} bytes were not written to their end and are cut off`);
      truncateSync(this.file, whole);
    }
    for (const line of bytes.toString("utf8", 0, whole).split("\n")) {
      if (line === "") continue;
      this.apply(parse(line, this.file));
      this.lines++;
    }
  }

  get(group: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.groups.get(group)?.get(topic)?.get(partition);
  }

  /** Everything that a group has committed. */
  ofGroup(group: string): { topic: string; partitions: number[] }[] {
    return [...(this.groups.get(group) ?? [])].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions.keys()],
    }));
  }

  groupIds(): string[] {
    return [...this.groups.keys()];
  }

  commit(group: string, offsets: { topic: string; partition: number; offset: number; metadata: string }[]): void {
    this.append(offsets.map((offset) => ({ group, ...offset })));
  }

  deleteGroup(group: string): void {
    if (this.groups.has(group)) this.append([{ deletedGroup: group }]);
  }

  deleteTopic(topic: string): void {
    if ([...this.groups.values()].some((topics) => topics.has(topic))) this.append([{ deletedTopic: topic }]);
  }

  close(): void {
    closeSync(this.fd);
  }

  private append(entries: Entry[]): void {
    if (entries.length === 0) return;
    writeSync(this.fd, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    for (const entry of entries) this.apply(entry);
    this.lines += entries.length;
    this.compactWhenWorthIt();
  }

  private apply(entry: Entry): void {
    if ("deletedGroup" in entry) {
      this.groups.delete(entry.deletedGroup);
    } else if ("deletedTopic" in entry) {
      for (const topics of this.groups.values()) topics.delete(entry.deletedTopic);
    } else {
      const { group, topic, partition, offset, metadata } = entry;
      const topics = this.groups.get(group) ?? new Map<string, Map<number, CommittedOffset>>();
      const partitions = topics.get(topic) ?? new Map<number, CommittedOffset>();
      this.groups.set(group, topics.set(topic, partitions.set(partition, { offset, metadata })));
    }
  }

  private compactWhenWorthIt(): void {
    if (this.lines < this.compactAt) return;
    const entries = this.entries();
    this.compactAt = entries.length + MAX_STALE_LINES;
    if (this.lines < this.compactAt) return;
    writeFileSync(`${this.file}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
    closeSync(this.fd);
    this.fd = openSync(this.file, "a", 0o600);
    this.lines = entries.length;
  }

  private entries(): Entry[] {
    const entries: Entry[] = [];
    for (const [group, topics] of this.groups) {
      for (const [topic, partitions] of topics) {
        for (const [partition, committed] of partitions) entries.push({ group, topic, partition, ...committed });
      }
    }
    return entries;
  }
}

function parse(line: string, file: string): Entry {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(
      `${file} has a line that is not JSON: the local Kafka cannot read its committed offsets. Restore the file, or let ` +
        "npm start -- --fresh forget all data.",
    );
  }
}
