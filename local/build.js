// @ts-check
/**
 * Builds what the program deploys but does not make itself, when it is older than its sources: what package.json says under
 * `localStack.build`, `script` (of npm) from `sources` into `output`. Whether it is older, a hash of the sources tells, which is
 * quicker than building and does not mind who touched a file. Plain JavaScript, to run before everything else.
 */
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

/**
 * Builds what is stale; ends the process with the builder's exit code when that fails.
 * @param {string} project
 * @param {NodeJS.ProcessEnv} env
 */
function buildWhatIsStale(project, env) {
  const { scripts, localStack } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  const build = localStack?.build;
  if (!build || !(build.script in scripts)) return;
  const stamp = join(project, ".local", "build", `${build.script.replace(/[^\w-]/g, "-")}.txt`);
  const hash = hashOf(project, build.sources, build.output);
  if (existsSync(join(project, build.output)) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  console.log(`Building ${build.output} …`);
  const started = Date.now();
  const { status, error, stdout, stderr } = spawnSync("npm", ["run", "--silent", build.script], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(
      `${stdout ?? ""}${stderr ?? ""}\n${build.output} could not be built (npm run ${build.script}${error ? `: ${error.message}` : ""}).`,
    );
    process.exit(status || 1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

/**
 * A hash over all that decides what is built: names and contents.
 * @param {string} project
 * @param {string[]} sources
 * @param {string} output
 */
function hashOf(project, sources, output) {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((source) => filesOf(project, source, output))) {
    const content = readFileSync(join(project, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Files of a file or folder, without those of the output and of packages.
 * @param {string} project
 * @param {string} path
 * @param {string} output
 * @returns {string[]}
 */
function filesOf(project, path, output) {
  if (path === output || path.endsWith("/node_modules") || !existsSync(join(project, path))) return [];
  if (!statSync(join(project, path)).isDirectory()) return [path];
  return readdirSync(join(project, path))
    .sort()
    .flatMap((name) => filesOf(project, `${path}/${name}`, output));
}

module.exports = { buildWhatIsStale, hashOf };
