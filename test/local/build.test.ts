import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BUILD = join(__dirname, "..", "..", "local", "build.js");

describe("what is built before a start", () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "ahorro-build-"));
    mkdirSync(join(project, "app", "src"), { recursive: true });
    writeFileSync(join(project, "app", "src", "main.js"), "1");
    write(
      "build.js",
      "require('fs').mkdirSync('app/dist',{recursive:true}); require('fs').appendFileSync('app/dist/log', 'built ')",
    );
    describePackage({ "build:app": "node build.js" });
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  const write = (file: string, text: string) => writeFileSync(join(project, file), text);
  const describePackage = (scripts: Record<string, string>) =>
    write(
      "package.json",
      JSON.stringify({
        scripts,
        localStack: { build: { script: "build:app", sources: ["app", "api.json"], output: "app/dist" } },
      }),
    );

  /** In a process of its own, which it may end. */
  const run = () =>
    spawnSync(
      process.execPath,
      ["-e", `require(${JSON.stringify(BUILD)}).buildWhatIsStale(process.argv[1], process.env)`, project],
      {
        encoding: "utf8",
      },
    );
  const builds = () => readFileSync(join(project, "app", "dist", "log"), "utf8").split(" ").length - 1;

  it("is built once, and not again while its sources stay the same", () => {
    const first = run();
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /Building app\/dist …\nBuilt in \d/);
    assert.equal(builds(), 1);
    const second = run();
    assert.deepEqual([second.status, second.stdout], [0, ""]);
    assert.equal(builds(), 1);
  });

  it("is built again when a source changes, comes or goes, and when it is gone itself", () => {
    const changes: (() => void)[] = [
      () => write("app/src/main.js", "2"),
      () => write("app/src/other.js", ""),
      () => rmSync(join(project, "app", "src", "other.js")),
      () => write("api.json", "{}"),
    ];
    run();
    for (const [index, change] of changes.entries()) {
      change();
      run();
      assert.equal(builds(), index + 2);
    }
    rmSync(join(project, "app", "dist"), { recursive: true });
    run();
    assert.equal(builds(), 1);
  });

  it("that fails ends the start with what the builder said, and is tried again next time", () => {
    write("build.js", "console.error('the app is broken'); process.exit(3)");
    const failed = run();
    assert.notEqual(failed.status, 0);
    assert.match(failed.stderr, /the app is broken[\s\S]*app\/dist could not be built \(npm run build:app\)/);
    assert.notEqual(run().status, 0);
  });

  it("is nothing where there is no such script", () => {
    describePackage({});
    assert.deepEqual([run().status, existsSync(join(project, "app", "dist"))], [0, false]);
  });
});
