// @ts-check
/**
 * `npm test`: installs what is missing; then lint, types and all tests, in two lanes side by side where there are cores for it. What
 * each step prints is shown in one piece when it is done. `npm test -- <files>` runs just these tests.
 */
const { spawn } = require("node:child_process");
const { availableParallelism } = require("node:os");
const { environment, project, setUp } = require("../local/setup");

/** @typedef {{ title: string, command: string[] }} Step */

const lint = { title: "Lint and format", command: ["biome", "check", "--error-on-warnings"] };
const types = { title: "Types", command: ["tsc", "--noEmit"] };
const webTypes = { title: "Types of the web app", command: ["tsc", "-p", "web/tsconfig.json"] };
const mocha = (/** @type {string} */ title, /** @type {string[]} */ files) => ({ title, command: ["mocha", ...files] });

const platform = mocha("Tests: the API, the program", [
  "test/{api,functions,components}/**/*.test.ts",
  "test/infrastructure/**/*.test.ts",
]);
const local = mocha("Tests: the local stack", ["test/local/**/*.test.ts"]);
const web = mocha("Tests: the web app", ["test/web/*.test.ts"]);
const browser = mocha("Tests: the web app in a browser", ["test/web/browser/*.test.ts"]);
// Ends when it is done: Node 24 has been seen to spin in its own clean-up after hundreds of connections were reset.
const faults = mocha("Tests: the event backbone under faults", ["--exit", "test/faults/**/*.test.ts"]);

const chosen = process.argv.slice(2);
/** @type {Step[][]} */
const lanes =
  chosen.length > 0
    ? [[mocha("Tests", chosen)]]
    : availableParallelism() >= 4
      ? [[platform], [lint, types, webTypes, local, web, browser, faults]]
      : [[lint, types, webTypes, platform, local, web, browser, faults]];

const counts = { passed: 0, failed: 0 };

/**
 * Runs one step to its end and shows what it printed; false when it failed.
 * @param {Step} step
 * @returns {Promise<boolean>}
 */
function run({ title, command: [name = "", ...args] }) {
  const started = Date.now();
  const child = spawn(name, args, {
    cwd: project,
    env: { ...environment(), [process.stdout.isTTY ? "FORCE_COLOR" : "NO_COLOR"]: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => {
      output += `${error.message}\n`;
    });
    child.on("close", (status) => {
      const seconds = Math.round((Date.now() - started) / 1000);
      console.log(`\n── ${title}: ${status === 0 ? "ok" : "FAILED"} (${seconds} s)\n${output.trimEnd()}`);
      counts.passed += Number(/(\d+) passing/.exec(output)?.[1] ?? 0);
      counts.failed += Number(/(\d+) failing/.exec(output)?.[1] ?? 0);
      resolve(status === 0);
    });
  });
}

/** @param {Step[]} steps */
async function runLane(steps) {
  let ok = true;
  for (const step of steps) ok = (await run(step)) && ok;
  return ok;
}

setUp();
console.log(
  `Running ${lanes
    .flat()
    .map(({ title }) => title)
    .join("; ")} …`,
);
Promise.all(lanes.map(runLane)).then((results) => {
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = results.every(Boolean) ? 0 : 1;
});
