// Ends another process when the process that started this one is gone, even if that was killed with SIGKILL.
//
//   node watchdog.js <pid> <signal>      with a pipe from the parent on stdin
//
// The parent keeps the pipe open for as long as it lives: the kernel closes it with the parent, however that ended. At
// the end of the pipe the watchdog sends <signal> to <pid>, waits for it to go, and at last sends SIGKILL. Anything
// written to the pipe releases the watchdog: it leaves, and <pid> is left alone.
// Plain JavaScript without imports: it has to start fast and stay small.

const PATIENCE_MS = 30_000;
const pid = Number(process.argv[2]);
const signal = process.argv[3];

/** Sends a signal; false when there is no such process any more. */
function send(name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

let ended = false;
function end() {
  if (ended) return;
  ended = true;
  const deadline = Date.now() + PATIENCE_MS;
  if (!send(signal)) process.exit(0);
  setInterval(() => {
    if (!send(0)) process.exit(0);
    if (Date.now() > deadline) send("SIGKILL");
  }, 50);
}

process.stdin.on("data", () => process.exit(0));
process.stdin.on("end", end);
process.stdin.on("error", end);
