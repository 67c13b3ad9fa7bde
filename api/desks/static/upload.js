// Sending one file so that a broken line costs no more than its last piece: tus 1.0.0, as the station's agent does it.

import { Refusal, send } from "./api.js";

const PIECE = 1024 * 1024;
const PATIENCE_MS = [500, 1000, 2000, 4000, 8000, 15000];
const TUS = { "Tus-Resumable": "1.0.0" };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** SHA-256 in hex; null where the browser gives none, as without TLS on other machines than this one. */
export async function sha256(file) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Send an announced file; `progress` is told how many bytes are safe. A line that breaks is tried again for long. */
export async function upload(batch, name, file, progress) {
  let patience = 0;
  for (;;) {
    try {
      await attempt(batch, name, file, (offset) => {
        patience = 0;
        progress(offset);
      });
      return;
    } catch (error) {
      const passing = error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 500 || error.code === "upload-offset");
      if (!passing) throw error;
      progress(null);
      await pause(PATIENCE_MS[Math.min(patience++, PATIENCE_MS.length - 1)]);
    }
  }
}

async function attempt(batch, name, file, progress) {
  const metadata = btoa(String.fromCharCode(...new TextEncoder().encode(name)));
  const begun = await send("POST", `/v1/batches/${batch}/uploads`, {
    headers: { ...TUS, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${metadata}` },
  });
  const address = begun.headers.get("Location");
  let offset = Number(begun.headers.get("Upload-Offset"));
  progress(offset);
  while (offset < file.size) {
    const answer = await send("PATCH", address, {
      headers: { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body: file.slice(offset, offset + PIECE),
    });
    offset = Number(answer.headers.get("Upload-Offset"));
    progress(offset);
  }
}
