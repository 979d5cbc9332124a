import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { serviceWorker } from "./scripts/service-worker-plugin";

const project = join(import.meta.dirname, "..");

/** Where the local stack is, as it says itself once it runs. */
interface Endpoints {
  api: string;
  cognito: { endpoint: string; user_pool_id: string; client_id: string };
}

const endpoints = (): Endpoints => {
  const file = join(process.env.AHORRO_DATA_DIR || join(project, ".local"), "endpoints.json");
  if (!existsSync(file)) throw new Error(`There is no ${file}: start the local stack first (npm start).`);
  return JSON.parse(readFileSync(file, "utf8"));
};

/** Development only: serves the `/config.json` that the program writes where the app is deployed. */
const localConfig = (): Plugin => ({
  name: "ahorro:local-config",
  apply: "serve",
  configureServer: ({ middlewares }) => {
    middlewares.use("/config.json", (_request, response) => {
      const { cognito } = endpoints();
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          api: "/api",
          region: "eu-west-1",
          userPoolId: cognito.user_pool_id,
          userPoolClientId: cognito.client_id,
          cognitoEndpoint: cognito.endpoint,
          authFlow: "USER_PASSWORD_AUTH",
        }),
      );
    });
  },
});

/** The web app: `web/dist` after `vite build web`; `vite web` serves it with the API of a local stack that runs. */
export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  plugins: [react(), localConfig(), serviceWorker()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows no data: URLs but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { main: join(import.meta.dirname, "index.html"), sw: join(import.meta.dirname, "src/sw.ts") },
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  ...(command === "serve" && {
    server: {
      host: "127.0.0.1",
      proxy: { "/api": { target: endpoints().api, rewrite: (path: string) => path.replace(/^\/api/, "") } },
    },
  }),
}));
