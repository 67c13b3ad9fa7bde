// The worker that hashes files beside the page, which stays quick; of a file no more than a piece is in memory.

import { Sha256 } from "./digest.js";

onmessage = async ({ data: file }) => {
  try {
    const digest = new Sha256();
    const reader = file.stream().getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) digest.update(piece.value);
    postMessage({ hex: digest.hex() });
  } catch (error) {
    postMessage({ why: error.message });
  }
};
