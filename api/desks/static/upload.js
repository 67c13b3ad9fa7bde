// Sending one file so that a broken line costs no more than its last piece: tus 1.0.0, as the station's agent does it.

import { insist, isPassing, Refusal, send } from "./api.js";

const PIECE = 1024 * 1024;
const TUS = { "Tus-Resumable": "1.0.0" };

let hasher = null;

/** SHA-256 in hex; one file at a time. */
export const sha256 = (file) =>
  new Promise((resolve, reject) => {
    hasher ??= new Worker("/desk/static/hasher.js", { type: "module" });
    hasher.onmessage = ({ data }) => (data.hex ? resolve(data.hex) : reject(new Error(data.why)));
    hasher.onerror = () => {
      hasher = null; // it could not be loaded
      reject(new Refusal(0, {}));
    };
    hasher.postMessage(file);
  });

// Another request may have sent what comes here, and a service that stumbles over a piece is asked once more.
const passing = (error) => isPassing(error) || error.status >= 500 || error.code === "upload-offset";

/** Send an announced file; `progress` is told how many bytes are safe. A line that breaks is tried again for long. */
export const upload = (batch, name, file, progress) =>
  insist((gotOn) => attempt(batch, name, file, (offset) => {
    gotOn();
    progress(offset);
  }), { passing });

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
