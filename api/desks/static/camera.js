// The camera at the counter: looks until it sees the QR code of an identity card.

import { readCard } from "./card.js";
import { pause, texts } from "./api.js";

const AGAIN_MS = 1000;
const MOST_LOOKS = 60;

/** Shows in `dialog` what the camera sees. */
export class Camera {
  constructor(dialog) {
    this.dialog = dialog;
    this.video = dialog.querySelector("video");
    this.told = dialog.querySelector(".told");
    this.on = dialog.querySelector(".on");
    this.how = this.told.textContent;
    dialog.querySelector(".not").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.rest());
  }

  /** Whether the browser lets pages look at all: not without TLS, on another machine than this one. */
  static get isThere() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Number and name on the card held before the camera; null if the person gave up. Refused where there is no camera. */
  async card() {
    await this.wake();
    this.dialog.showModal();
    try {
      do {
        const card = await this.look();
        if (card) return card;
      } while (await this.goesOn());
      return null;
    } finally {
      this.dialog.close();
      this.rest();
    }
  }

  async wake() {
    this.told.textContent = this.how;
    this.on.hidden = true;
    this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  }

  /** Look until a card is seen, or the dialog closed, or it took long. */
  async look() {
    await this.video.play();
    for (let looks = 0; looks < MOST_LOOKS && this.dialog.open; looks += 1) {
      const card = await readCard(await this.picture()).catch(unseen);
      if (card) return card;
      await pause(AGAIN_MS);
    }
    return null;
  }

  /** Say that no card was seen, and let the camera rest until the person wants it to look again; false if they do not. */
  async goesOn() {
    if (!this.dialog.open) return false;
    this.rest();
    this.told.textContent = texts.camera_unseen;
    this.on.hidden = false;
    this.on.focus();
    await new Promise((resolve) => {
      this.on.addEventListener("click", resolve, { once: true });
      this.dialog.addEventListener("close", resolve, { once: true });
    });
    if (this.dialog.open) await this.wake();
    return this.dialog.open;
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
