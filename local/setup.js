// @ts-check
/**
 * Gets a checkout ready to run: installs the locked packages when they are not there (Node 24 is one of them), and builds what is
 * deployed but not made by the program. Plain JavaScript without dependencies, because it has to run before anything is installed, on the system's own Node.
 */
const { spawn, spawnSync } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const { delimiter, join } = require("node:path");
const { buildWhatIsStale } = require("./build");

const project = join(__dirname, "..");

/** Whether node_modules holds what package-lock.json asks for. */
function isInstalled() {
  const installedFile = join(project, "node_modules", ".package-lock.json");
  if (!existsSync(installedFile) || !existsSync(join(project, "node_modules", ".bin", "node"))) return false;
  const wanted = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) => folder === "" || optional || installed[folder]?.version === version,
  );
}

/** Installs what is missing and builds what is stale; ends the process with npm's exit code when that fails. */
function setUp() {
  if (!isInstalled()) install();
  buildWhatIsStale(project, environment());
}

function install() {
  console.log("Installing packages (once; takes a few minutes) …");
  const started = Date.now();
  // Quiet about the system's Node being older than some packages ask for: Node 24, which runs them, is about to come.
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: project,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(
      `\nThe packages could not be installed (npm ci: ${error?.message ?? `exit code ${status}`}).\n` +
        "See npm's message above; with the network back, run the same command again.",
    );
    process.exit(status || 1);
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/**
 * Starts the project's own Node 24 on a TypeScript file of the project, with an IPC channel: the other side takes its
 * closing as the order to stop.
 * @param {string} file
 * @param {string[]} args
 */
function startTypeScript(file, args) {
  return spawn(
    join(project, "node_modules", ".bin", "node"),
    ["--require", "ts-node/register/transpile-only", join(project, file), ...args],
    { cwd: project, stdio: ["inherit", "inherit", "inherit", "ipc"], env: environment() },
  );
}

/** The environment with the project's binaries, Node 24 above all, in front. */
function environment() {
  return { ...process.env, PATH: `${join(project, "node_modules", ".bin")}${delimiter}${process.env.PATH}` };
}

module.exports = { project, setUp, startTypeScript, environment };
