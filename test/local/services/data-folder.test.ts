import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFolder } from "../../../local/data-folder";
import { removeFolder, temporaryFolder } from "./temporary";

describe("data folder", () => {
  let checkout: string;
  beforeEach(() => {
    checkout = temporaryFolder();
  });
  afterEach(() => removeFolder(checkout));

  it("is .local/data in the checkout, or where AHORRO_DATA_DIR says", () => {
    const usual = openDataFolder(checkout, {});
    assert.equal(usual.path, join(checkout, ".local", "data"));
    const other = openDataFolder(checkout, { AHORRO_DATA_DIR: join(checkout, "elsewhere") });
    assert.equal(other.path, join(checkout, "elsewhere"));
    usual.release();
    other.release();
  });

  it("is refused to a second stack, saying who has it since when", () => {
    const before = new Date().toISOString();
    const folder = openDataFolder(checkout, {});
    assert.throws(
      () => openDataFolder(checkout, {}),
      (error: Error) => {
        const since = /in use by process (\d+) since (\S+)\. /.exec(error.message);
        assert.equal(Number(since?.[1]), process.pid);
        assert.ok(since?.[2] && since[2] >= before && since[2] <= new Date().toISOString());
        assert.ok(error.message.includes(folder.path) && error.message.includes("AHORRO_DATA_DIR"));
        return true;
      },
    );
    folder.release();
    openDataFolder(checkout, {}).release();
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it("is taken over from a process whose number now belongs to another", () => {
    const path = join(checkout, ".local", "data");
    mkdirSync(path, { recursive: true });
    const stale = { pid: process.pid, process: "long before", since: "2020-01-01T00:00:00.000Z" };
    writeFileSync(join(path, "lock.json"), JSON.stringify(stale));
    openDataFolder(checkout, {}).release();
  });

  it("goes to exactly one of two that start at once on a broken lock, and is taken over when that one is killed", async () => {
    const path = join(checkout, ".local", "data");
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "lock.json"), "cut off");
    const starters = [1, 2].map(() =>
      spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", HOLD, checkout]),
    );
    const held = await Promise.all(
      starters.map((starter) =>
        Promise.race([once(starter.stdout, "data").then(() => true), once(starter, "exit").then(() => false)]),
      ),
    );
    assert.deepEqual([...held].sort(), [false, true]);
    const winner = starters[held.indexOf(true)];
    assert.throws(() => openDataFolder(checkout, {}), new RegExp(`in use by process ${winner?.pid} `));
    const gone = winner && once(winner, "exit");
    winner?.kill("SIGKILL");
    await gone;
    const folder = openDataFolder(checkout, {});
    assert.equal(JSON.parse(readFileSync(join(folder.path, "lock.json"), "utf8")).pid, process.pid);
    folder.release();
  }).timeout(60_000);

  it("forgets everything but the lock when cleared", async () => {
    const folder = openDataFolder(checkout, {});
    mkdirSync(join(folder.path, "cognito"));
    writeFileSync(join(folder.path, "cognito", "users.json"), "{}");
    await folder.clear();
    assert.deepEqual(readdirSync(folder.path), ["lock.json"]);
    folder.release();
  });

  it("says what to do when it cannot be made", () => {
    writeFileSync(join(checkout, "file"), "");
    const env = { AHORRO_DATA_DIR: join(checkout, "file", "data") };
    assert.throws(() => openDataFolder(checkout, env), /cannot be created or written: ENOTDIR.*AHORRO_DATA_DIR/);
  });

  // Only root can make a folder that the user PostgreSQL runs as may not enter.
  const describeAsRoot = process.getuid?.() === 0 ? describe : () => {};
  describeAsRoot("as root, below a folder that nobody else may enter", () => {
    const closedFolder = (): string => {
      const closed = join(checkout, "closed");
      mkdirSync(closed, { mode: 0o700 });
      return closed;
    };

    it("is a folder of the system's temporary folder, the same every time", () => {
      const closed = closedFolder();
      const first = openDataFolder(closed, {});
      first.release();
      const second = openDataFolder(closed, {});
      second.release();
      removeFolder(first.path);
      assert.equal(first.path, second.path);
      assert.equal(first.path.startsWith(join(tmpdir(), "ahorro-")), true);
    });

    it("is refused when another user owns that temporary folder", () => {
      const closed = closedFolder();
      const folder = openDataFolder(closed, {});
      folder.release();
      spawnSync("chown", ["nobody", folder.path]);
      assert.throws(() => openDataFolder(closed, {}), /belongs to somebody else/);
      removeFolder(folder.path);
    });

    it("is refused where AHORRO_DATA_DIR asks for such a folder", () => {
      const closed = closedFolder();
      const env = { AHORRO_DATA_DIR: join(closed, "data") };
      assert.throws(() => openDataFolder(closed, env), /out of reach for the user "postgres".*chmod a\+x/);
      assert.equal(existsSync(join(closed, "data", "lock.json")), false);
    });
  });
});

/** Takes the data folder of a checkout, says so and stays; ends with an error when it cannot. */
const HOLD = `require("./local/data-folder").openDataFolder(process.argv[1], {}); console.log("held"); setInterval(() => {}, 60_000);`;
