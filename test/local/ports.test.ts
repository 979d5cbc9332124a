import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { choosePorts, defaultPorts } from "../../local/ports";

describe("ports", () => {
  describe("defaultPorts", () => {
    it("has a default for every service", () => {
      assert.deepEqual(defaultPorts({}), {
        web: 8000,
        api: 8080,
        cognito: 9229,
        postgres: 54320,
        aws: 4566,
        mail: 8025,
        kafka: 9092,
      });
    });

    it("takes what the environment says, 0 included", () => {
      const env = {
        AHORRO_WEB_PORT: "0",
        AHORRO_API_PORT: "8081",
        AHORRO_COGNITO_PORT: "0",
        AHORRO_POSTGRES_PORT: "5432",
        AHORRO_AWS_PORT: "",
        AHORRO_KAFKA_PORT: "9093",
      };
      assert.deepEqual(defaultPorts(env), {
        web: 0,
        api: 8081,
        cognito: 0,
        postgres: 5432,
        aws: 4566,
        mail: 8025,
        kafka: 9093,
      });
    });

    for (const value of ["http", "-1", "65536", "80.5", " 80", "0x50", "1e3"]) {
      it(`refuses ${JSON.stringify(value)}, naming variable and value`, () => {
        assert.throws(
          () => defaultPorts({ AHORRO_AWS_PORT: value }),
          (error: Error) => {
            assert.match(error.message, /^AHORRO_AWS_PORT is /);
            assert.ok(error.message.includes(`"${value}"`));
            return true;
          },
        );
      });
    }
  });

  describe("choosePorts", () => {
    it("finds a different free port for each that may have any", async () => {
      const { one, two, three } = await choosePorts({ one: 0, two: 0, three: 0 });
      assert.equal(new Set([one, two, three]).size, 3);
      for (const port of [one, two, three]) await listenOn(port).then(close);
    });

    it("keeps to the wanted port when it is free", async () => {
      const { api: free } = await choosePorts({ api: 0 });
      assert.deepEqual(await choosePorts({ api: free }), { api: free });
    });

    it("says which service, which port, which process and what to do when the port is taken", async () => {
      const holder = await listenOn(0);
      const port = portOf(holder);
      try {
        await assert.rejects(choosePorts({ api: 0, cognito: port }), (error: Error) => {
          assert.ok(error.message.includes(`Port ${port} for cognito is taken`), error.message);
          assert.match(error.message, /AHORRO_COGNITO_PORT/);
          if (process.platform === "linux") assert.match(error.message, new RegExp(`process ${process.pid} \\(.*node`));
          return true;
        });
      } finally {
        await close(holder);
      }
    });

    it("refuses one port for two services", async () => {
      const { api: free } = await choosePorts({ api: 0 });
      await assert.rejects(choosePorts({ api: free, aws: free }), new RegExp(`both ask for port ${free}`));
    });

    it("holds no port after a failure", async () => {
      const holder = await listenOn(0);
      const { api: free } = await choosePorts({ api: 0 });
      await assert.rejects(choosePorts({ api: free, aws: portOf(holder) }));
      await close(holder);
      await listenOn(free).then(close);
    });
  });
});

async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
