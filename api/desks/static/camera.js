// The camera at the counter: looks until it sees the QR code of an identity card.

import { readCard } from "./card.js";
import { pause } from "./api.js";

const AGAIN_MS = 1000;
const MOST_LOOKS = 60;

/** Shows in `dialog` what the camera sees. */
export class Camera {
  constructor(dialog) {
    this.dialog = dialog;
    this.video = dialog.querySelector("video");
    dialog.querySelector(".not").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.rest());
  }

  /** Whether the browser lets pages look at all: not without TLS, on another machine than this one. */
  static get isThere() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Number and name on the card held before the camera; null if the person gave up, or it was looked for long. Refused where there is none. */
  async card() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
    this.video.srcObject = stream;
    this.dialog.showModal();
    try {
      await this.video.play();
      for (let looks = 0; looks < MOST_LOOKS && this.dialog.open; looks += 1) {
        const card = await readCard(await this.picture()).catch(unseen);
        if (card) return card;
        await pause(AGAIN_MS);
      }
      return null;
    } finally {
      this.dialog.close();
      this.rest();
    }
  }

  picture() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.video.videoWidth, this.video.videoHeight];
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  }

  /** Let go of the camera: its light goes out. */
  rest() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }
}

/** No card was seen: it is looked for again; what else is wrong is told. */
function unseen(error) {
  if (error.code !== "value-invalid") throw error;
  return null;
}
