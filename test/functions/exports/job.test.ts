import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { exportsConsumer } from "../../../functions/exports/consumer";
import { exportsEndpoints } from "../../../functions/exports/endpoints";
import { exportJob } from "../../../functions/exports/job";
import { archiveKey, changeState, readState, stateKey } from "../../../functions/exports/state";
import type { Objects } from "../../../functions/runtime/bucket";
import { type PageRequest, personalData } from "../../../functions/runtime/personal-data";
import { memoryBucket } from "../../support/bucket";
import { cloudEvent, mskEvent } from "../../support/events";
import { unzip } from "./zip";

describe("The job that exports a person", () => {
  const user_id = randomUUID();
  const export_id = randomUUID();
  const running = (started_at = Date.now()) => ({ status: "running" as const, export_id, started_at });
  const contributors = [{ functionName: "one", files: ["a.txt", "b.txt"] }];
  const handOut = personalData({
    "a.txt": async (_, cursor) =>
      cursor === null ? { text: "first ", cursor: "2" } : { text: `page ${cursor}`, cursor: null },
    "b.txt": async (userId) => ({ text: userId, cursor: null }),
  });
  const call = (_: string, request: PageRequest) => handOut(request);
  const deletion = () => mskEvent([cloudEvent("UserDeleted", user_id, { user_id })]);

  it("puts pages together, and says when it is done", async () => {
    const { bucket, objects } = memoryBucket();
    await changeState(bucket, user_id, running(), { tag: null });
    await exportJob({ bucket, contributors, call })({ user_id, export_id });
    const archive = objects.get(archiveKey(user_id, export_id))?.bytes ?? Buffer.alloc(0);
    const { "README.txt": readme, ...files } = await unzip(archive);
    assert.match(readme ?? "", /What Ahorro stores of you/);
    assert.deepEqual(files, { "a.txt": "first page 2", "b.txt": user_id });
    assert.equal((await readState(bucket, user_id)).state?.status, "ready");
  });

  it("fails with what it calls, keeps nothing, and makes it when it runs again", async () => {
    const { bucket, objects } = memoryBucket();
    await changeState(bucket, user_id, running(), { tag: null });
    let failures = 1;
    const failing = async (name: string, request: PageRequest) => {
      if (request.cursor === "2" && failures-- > 0) throw new Error("the database is away");
      return call(name, request);
    };
    const job = exportJob({ bucket, contributors, call: failing });
    await assert.rejects(job({ user_id, export_id }), /the database is away/);
    assert.deepEqual([...objects.keys()], [stateKey(user_id)]);
    await job({ user_id, export_id });
    assert.ok(objects.has(archiveKey(user_id, export_id)));
  });

  it("does nothing for an export that nobody waits for any more", async () => {
    const { bucket, objects } = memoryBucket();
    const job = exportJob({ bucket, contributors, call: () => Promise.reject(new Error("It asked.")) });
    await job({ user_id, export_id });
    await changeState(bucket, user_id, { ...running(), export_id: randomUUID() }, { tag: null });
    await job({ user_id, export_id });
    assert.deepEqual([...objects.keys()], [stateKey(user_id)]);
  });

  for (const when of ["while files are read", "while the archive is written"]) {
    it(`keeps nothing when the account is deleted ${when}`, async () => {
      const { bucket, objects } = memoryBucket();
      await changeState(bucket, user_id, running(), { tag: null });
      const erase = () => exportsConsumer(bucket)(deletion());
      const during: Objects = {
        ...bucket,
        write: async (...args) => {
          await bucket.write(...args);
          if (when === "while the archive is written") await erase();
        },
      };
      const deleting = async (name: string, request: PageRequest) => {
        if (when === "while files are read" && request.file === "b.txt") await erase();
        return call(name, request);
      };
      await exportJob({ bucket: during, contributors, call: deleting })({ user_id, export_id });
      assert.deepEqual([...objects.keys()], [stateKey(user_id)]);
      assert.equal((await readState(bucket, user_id)).state?.status, "erased");
    });
  }

  it("is begun again when it died, when its archive has expired, and when it could not be begun", async () => {
    const { bucket } = memoryBucket();
    const begun: { export_id: string }[] = [];
    let refuse = false;
    const begin = async (job: { export_id: string }) => {
      if (refuse) throw new Error("Lambda is away");
      begun.push(job);
    };
    const ask = () =>
      exportsEndpoints()["GET /users/me/export"]?.handle({
        caller: { user_id, email: undefined, name: undefined },
        path: {},
        query: {},
        body: undefined,
        current: undefined,
        conditional: false,
        unit: { bucket, begin } as never,
        route: "",
      });
    const setState = async (state: Parameters<typeof changeState>[2]) =>
      changeState(bucket, user_id, state, await readState(bucket, user_id));

    refuse = true;
    await assert.rejects(async () => ask(), /Lambda is away/);
    refuse = false;
    assert.equal((await ask())?.status, 202);
    assert.equal(begun.length, 1);
    await ask();
    assert.equal(begun.length, 1);
    await setState(running(Date.now() - 51 * 60_000));
    assert.equal((await ask())?.status, 202);
    assert.equal(begun.length, 2);
    const ready = (finished_at: number) => ({ status: "ready" as const, export_id, finished_at });
    await setState(ready(Date.now() - 25 * 3_600_000));
    assert.equal((await ask())?.status, 202);
    assert.equal(begun.length, 3);
    await setState(ready(Date.now() - 3_600_000));
    assert.equal((await ask())?.status, 200);
    assert.equal(new Set(begun.map(({ export_id }) => export_id)).size, 3);
  });
});
