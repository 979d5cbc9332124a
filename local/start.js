// @ts-check
/**
 * `npm start`: installs what is missing, then runs local/main.ts with Node 24 and stays in between, so that the stack stops
 * in order however this command ends: Ctrl-C, a signal to npm or to this process, even SIGKILL of either.
 */
const { setUp, startTypeScript } = require("./setup");

setUp();
const child = startTypeScript("local/main.ts", process.argv.slice(2));

/** Closing the channel asks the stack to stop. On Ctrl-C the terminal has told it already. */
const stop = () => {
  if (child.connected) child.disconnect();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

// npm may be killed without being able to tell: then this process has another parent.
const parent = process.ppid;
const watch = setInterval(() => process.ppid !== parent && stop(), 500);
watch.unref();

child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
