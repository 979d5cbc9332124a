import { client, unwrap } from "../../api/client";

/** In seconds; where the API does not say. */
const USUAL_WAIT = 2;

/** Has the archive of all that is stored of the caller made, waits for it, and has the browser save it. */
export async function saveEverything(): Promise<void> {
  const link = document.createElement("a");
  link.href = await madeArchive();
  link.download = "";
  link.click();
}

/** A link to the archive, which needs no token and is good for some minutes. */
async function madeArchive(): Promise<string> {
  for (;;) {
    const answer = client.GET("/users/me/export");
    const { url } = await unwrap(answer);
    if (url !== null) return url;
    const wait = Number((await answer).response.headers.get("retry-after")) || USUAL_WAIT;
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  }
}
