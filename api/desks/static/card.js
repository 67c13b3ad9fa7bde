// An identity card's QR code: typed by a hand scanner, or on a picture, read in the browser where it can, else by the service.

import { send } from "./api.js";

/** Number and name that the code says: number, old number, name, …, parted by "|"; null if it is no card's. */
export function cardOf(said) {
  const parts = said.split("|").map((part) => part.trim());
  return parts.length < 3 ? null : { number: parts[0], name: parts[2] };
}

/** Number and name on the picture of a card; refused where there is no such code. */
export async function readCard(picture) {
  for (const said of await codesOn(picture)) {
    const card = cardOf(said);
    if (card) return card;
  }
  return (await send("POST", "/v1/identity-codes", { body: picture })).json();
}

async function codesOn(picture) {
  if (!globalThis.BarcodeDetector) return [];
  try {
    const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(picture));
    return found.map((code) => code.rawValue);
  } catch {
    return []; // some browsers have its name and not the thing
  }
}
