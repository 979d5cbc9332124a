import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a temporary folder that other users may pass through, as PostgreSQL's must when we are root. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ahorro-test-"));
  chmodSync(folder, 0o755);
  return folder;
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
