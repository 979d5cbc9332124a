import { spawnSync } from "node:child_process";

/** A user of this machine that a server runs as. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The user that PostgreSQL must run as when we are root, since it refuses to be root: the system user `postgres`, created
 * when missing. Undefined for everybody else: an ordinary user runs PostgreSQL as itself.
 *
 * @throws Error when the user is missing and cannot be created.
 */
export function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = lookUp("postgres");
  if (existing) return existing;
  const created = run("useradd", ["--system", "--user-group", "--no-create-home", "postgres"]);
  const user = lookUp("postgres");
  if (user) return user;
  throw new Error(
    "PostgreSQL refuses to run as root, and the system user `postgres` that it would run as could not be created: " +
      `${created.message}. Create that user, or start as an ordinary user.`,
  );
}

/** Whether a user may pass through a folder, asked of the kernel itself: modes, ACLs and parent folders all count. */
export const canEnter = (user: SystemUser, folder: string): boolean => run("test", ["-x", folder], user).ok;

/** Runs a short command to its end, as a given user or as ourselves; never throws. `message` is for people. */
export function run(
  command: string,
  args: string[],
  user?: SystemUser,
): { ok: boolean; stdout: string; message: string } {
  const as = user && { uid: user.uid, gid: user.gid };
  const result = spawnSync(command, args, {
    ...as,
    cwd: "/",
    encoding: "utf8",
    env: { PATH: process.env.PATH, LC_ALL: "C" },
  });
  const message =
    result.error?.message ?? (result.stderr.trim() || `${command} ended with ${result.status ?? result.signal}`);
  return { ok: result.status === 0, stdout: result.stdout ?? "", message };
}

function lookUp(name: string): SystemUser | undefined {
  const uid = run("id", ["-u", name]);
  const gid = run("id", ["-g", name]);
  return uid.ok && gid.ok ? { name, uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
}
